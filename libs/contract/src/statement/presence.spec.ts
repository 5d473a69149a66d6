import { MAX_PRESENCE_SECONDS, PRESENCE_TYPE, type PresenceStatement, parsePresence } from './presence.js';

const FROM = Date.parse('2026-11-24T15:00:00Z');
const after = (seconds: number) => new Date(FROM + seconds * 1_000).toISOString().replace('.000', '');

const presence: PresenceStatement = {
  type: PRESENCE_TYPE,
  deployment: 'dep_0199f0a0-7b2c-7001-8000-000000000001',
  tenant: 'acme',
  person: 'usr_0199f0a0-7b2c-7001-8000-000000000002',
  purpose: 'sign-in',
  nonce: Buffer.alloc(32, 1).toString('base64url'),
  notBefore: after(0),
  notAfter: after(MAX_PRESENCE_SECONDS),
};
const credential = Buffer.alloc(16, 2).toString('base64url');

test.each([presence, { ...presence, purpose: 'enrol' as const, credential }])(
  'a presence of five minutes is accepted: $purpose',
  (statement) => {
    expect(parsePresence(statement)).toEqual(statement);
  },
);

test.each<[string, string, object]>([
  ['a second longer than five minutes', '/notAfter', { notAfter: after(MAX_PRESENCE_SECONDS + 1) }],
  ['an end before its beginning', '/notAfter', { notAfter: after(-1) }],
  ['a passkey without the purpose to enrol it', '/credential', { credential }],
  ['the purpose to enrol without a passkey', '/credential', { purpose: 'enrol' }],
])('P13: %s is refused', (_title, pointer, change) => {
  expect(() => parsePresence({ ...presence, ...change })).toThrow(
    expect.objectContaining({ code: 'invalid_statement', pointer }),
  );
});
