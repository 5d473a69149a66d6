import { writePushMessage } from './push-message.js';

const REQUEST = 'req_0199f0a0-7b2c-7001-8000-000000000001';
const GRANT = 'grt_0199f0a0-7b2c-7001-8000-000000000002';
const reader = { request: REQUEST, side: 'acme', language: 'en' as const };

test('a push says what kind of news there is, in the language of its browser, and opens the page about it', () => {
  const notice = { kind: 'request.awaiting_customer' as const, subject: REQUEST };
  expect(writePushMessage(notice, reader)).toEqual({
    title: 'A request waits for your decision',
    path: `/requests/${REQUEST}`,
    tag: REQUEST,
    language: 'en',
  });
  expect(writePushMessage(notice, { ...reader, language: 'de' }).title).toBe(
    'Eine Anfrage wartet auf Ihre Entscheidung',
  );
});

test('all news about one request has one tag, so that the newest replaces the earlier ones', () => {
  const tags = (['request.approved', 'grant.active', 'supervision.paused'] as const).map(
    (kind) => writePushMessage({ kind, subject: GRANT }, reader).tag,
  );
  expect(tags).toEqual([REQUEST, REQUEST, REQUEST]);
});

test.each([
  ['supervision.paused', GRANT, 'acme', `/grants/${GRANT}`],
  ['trust.stopped', 'hash', 'acme', '/trust'],
  ['trust.stopped', 'hash', null, '/security'],
  ['account.notices-changed', 'usr_1', null, '/account'],
] as const)('the page about %s of %s for a reader of %s is %s', (kind, subject, side, path) => {
  expect(writePushMessage({ kind, subject }, { ...reader, request: null, side })).toMatchObject({ path });
});

test('a push never opens anything but a page of this broker', () => {
  const subject = '//elsewhere.example/';
  expect(writePushMessage({ kind: 'supervision.paused', subject }, reader).path).toMatch(/^\/(?!\/)/);
  const request = '\\elsewhere.example';
  expect(writePushMessage({ kind: 'request.denied', subject }, { ...reader, request }).path).toBe('/');
});
