import type { App } from '@slack/bolt';
import type { SlackParts } from '../parts.js';

/** Adds the listeners: commands, shortcuts, forms, buttons and App Home. */
export function registerHandlers(_app: App, _parts: SlackParts): void {}
