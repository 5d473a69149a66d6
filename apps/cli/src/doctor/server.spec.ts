import type { PostgresFacts } from '@countersign/persistence';
import { checkServer } from './server.js';

const settings: PostgresFacts['settings'] = {
  server_version: '17.12 (Debian 17.12-0+deb13u1)',
  jit: 'off',
  lock_timeout: '10s',
  idle_in_transaction_session_timeout: '30s',
  fsync: 'on',
  full_page_writes: 'on',
  autovacuum: 'on',
};
const found = (change: Partial<PostgresFacts['settings']>, isPooled = false) =>
  checkServer({ hasSeparateLogin: true, isPooled, settings: { ...settings, ...change } })
    .filter(({ name }) => name === 'database server')
    .map(({ status, detail }) => `${status}: ${detail}`);

test('a server with the defaults of its package is in order, and a pooler before it is named', () => {
  expect(found({})).toEqual(['ok: PostgreSQL 17.12']);
  expect(found({}, true)).toEqual([expect.stringMatching(/^ok: PostgreSQL 17\.12, behind a pooler/)]);
  expect(checkServer(null)).toEqual([]);
});

test('a server that loses commits is a fault; one that will get slow, or is too old, is a warning', () => {
  expect(found({ fsync: 'off', full_page_writes: 'off' })).toEqual([
    expect.stringMatching(/^failed: fsync is off/),
    expect.stringMatching(/^failed: full_page_writes is off/),
  ]);
  expect(found({ autovacuum: 'off' })).toEqual([expect.stringMatching(/^warning: autovacuum/)]);
  expect(found({ server_version: '14.19' })).toEqual([expect.stringMatching(/^warning: PostgreSQL 14\.19/)]);
});

test.each([
  ['jit', 'on'],
  ['lock_timeout', '0'],
  ['idle_in_transaction_session_timeout', '0'],
] as const)('it is a fault if what a transaction sets for itself does not apply: %s', (name, value) => {
  expect(found({ [name]: value })).toEqual([
    expect.stringMatching(new RegExp(`^failed: .*${name} = .*${value}`)),
  ]);
});
