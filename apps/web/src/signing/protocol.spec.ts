import { encodeBase64url, utf8 } from '@countersign/contract';
import { readConfig } from './config.js';
import type { SigningRequest } from './protocol.js';
import { readRequest, writeRequest } from './protocol.js';

const request: SigningRequest = {
  v: 1,
  id: 'one',
  from: 'https://access.vendor.example',
  language: 'de',
  names: {},
  task: { do: 'print', tenant: 'acme' },
};
const written = (change: object) => encodeBase64url(utf8(JSON.stringify({ ...request, ...change })));

describe('what a signing page is handed', () => {
  test('is read as it was written', () => {
    expect(readRequest(writeRequest(request))).toEqual(request);
  });

  test.each([
    ['nothing', ''],
    ['no base64url', '?'],
    ['no JSON', encodeBase64url(utf8('{'))],
    ['a list', encodeBase64url(utf8('[]'))],
    ['another version', written({ v: 2 })],
    ['a member that it does not know', written({ more: 1 })],
    ['names that are none', written({ names: { usr_1: 1 } })],
    ['no task', written({ task: 'sign' })],
    ['no origin', written({ from: null })],
    ['too much', written({ id: 'x'.repeat(128 * 1024) })],
  ])('is nothing where it is %s', (_what, fragment) => {
    expect(readRequest(fragment)).toBeUndefined();
  });
});

describe('the list beside a signing page', () => {
  test('names origins, and may name a tenant and a deployment', () => {
    const list = { origins: ['https://access.vendor.example'], tenant: 'acme', deployment: 'dep_1' };
    expect(readConfig(list)).toEqual(list);
  });

  test.each([
    ['no list', null],
    ['a name alone', { origins: 'https://access.vendor.example' }],
    ['a member that it does not know', { origins: [], tenants: ['acme'] }],
    ['a tenant that is none', { origins: [], tenant: 1 }],
  ])('is none where it is %s', (_what, given) => {
    expect(readConfig(given)).toBeUndefined();
  });
});
