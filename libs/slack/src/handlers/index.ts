import type { App } from '@slack/bolt';
import type { SlackParts } from '../config.js';
import { listenForAsks } from './ask.js';
import { listenForOptions } from './ask-form.js';
import { listenForConversation } from './conversation.js';
import { listenForDecisions } from './decide.js';
import { listenForExtensions } from './extend.js';
import { listenForForms } from './forms.js';
import { listenForHome } from './home.js';

/** Adds the listeners: commands, shortcuts, forms, buttons and App Home. */
export function registerHandlers(app: App, parts: SlackParts): void {
  listenForDecisions(app, parts);
  listenForForms(app, parts);
  listenForExtensions(app, parts);
  listenForConversation(app, parts);
  listenForHome(app, parts);
  listenForAsks(app, parts);
  listenForOptions(app, parts);
}
