import { PayloadError, readPayload, requirePayload } from './payload.js';

const FORM = 'application/x-www-form-urlencoded';
const EVENT =
  '{"type":"event_callback","event_id":"Ev1","event_time":1,"event":{"type":"app_uninstalled"},"authorizations":[]}';
const COMMAND = 'command=%2Faccess&text=h%C3%A9lp&user_id=U0&trigger_id=1&response_url=http%3A%2F%2Fslack';

test('reads events, commands, and interactions with a member that is not ours', () => {
  expect(readPayload(Buffer.from(EVENT), 'application/json')).toEqual(JSON.parse(EVENT));
  expect(readPayload(Buffer.from(COMMAND), FORM)).toMatchObject({ command: '/access', text: 'hélp' });
  const shortcut = {
    ...{ type: 'shortcut', callback_id: 'ask', trigger_id: '1', later: null },
    ...{ user: { id: 'U0' }, team: null, enterprise: { id: 'E0', name: null } },
  };
  const form = new URLSearchParams({ payload: JSON.stringify(shortcut) });
  expect(readPayload(Buffer.from(String(form)), FORM)).toEqual(shortcut);
});

test.each([
  ['null', 'null', 'application/json'],
  ['null in a form', 'payload=null', FORM],
  ['a list', '[]', 'application/json'],
  ['nothing', '', FORM],
  ['a payload twice', 'payload=%7B%7D&payload=%7B%7D', FORM],
  ['an event twice', EVENT.replace('{', '{"event":{"type":"tokens_revoked"},'), 'application/json'],
  ['0xFF in an event', EVENT.replace('Ev1', '\xff'), 'application/json'],
  ['0xFF in a command, escaped', COMMAND.replace('%C3%A9', '%FF'), FORM],
  ['CESU-8 in a command, escaped', COMMAND.replace('%C3%A9', '%ED%A0%BD%ED%B8%80'), FORM],
  ['a command twice', `${COMMAND}&command=x`, FORM],
  ['an event that is null', EVENT.replace('{"type":"app_uninstalled"}', 'null'), 'application/json'],
  ['an event without tokens', EVENT.replace('app_uninstalled', 'tokens_revoked'), 'application/json'],
  ['a type of another app', '{"type":"dialog_submission"}', 'application/json'],
  ['a type named after the prototype', '{"type":"constructor"}', 'application/json'],
])('refuses %s', (_what, body, type) => {
  expect(() => readPayload(Buffer.from(body, 'latin1'), type)).toThrow(PayloadError);
});

test('the refusal names the place and never the value', () => {
  expect(() => requirePayload({ type: 'view_submission', user: { id: 7 } })).toThrow(/^\/user\/id: /);
});
