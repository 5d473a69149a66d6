import type { App } from '@slack/bolt';
import { ACTIONS, COMMAND, FORMS, SHORTCUT } from '../action-ids.js';
import type { SlackParts } from '../config.js';
import { registerHandlers } from './index.js';

/** What has a listener: the kind of message and its id. */
function listeners(): string[] {
  const found: string[] = [];
  const kinds = ['action', 'command', 'event', 'options', 'shortcut', 'view'] as const;
  const app = Object.fromEntries(
    kinds.map((kind) => [
      kind,
      (of: string | { action_id?: string; callback_id?: string }) =>
        found.push(`${kind} ${typeof of === 'string' ? of : (of.action_id ?? of.callback_id)}`),
    ]),
  );
  registerHandlers(app as unknown as App, { settings: { language: 'en' } } as SlackParts);
  return found;
}

test('every button, form, command and shortcut has one listener, and App Home has one', () => {
  const wanted = [
    ...Object.values(ACTIONS).map((id) => `action ${id}`),
    ...Object.values(FORMS).map((id) => `view ${id}`),
    `command ${COMMAND}`,
    `shortcut ${SHORTCUT}`,
    'event app_home_opened',
  ];
  const found = listeners();
  expect(wanted.filter((each) => found.filter((other) => other === each).length !== 1)).toEqual([]);
});
