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

describe('a signing request', () => {
  test('is decoded as it was encoded', () => {
    expect(readRequest(writeRequest(request))).toEqual(request);
  });

  test.each([
    ['no characters', ''],
    ['no base64url', '?'],
    ['no JSON', encodeBase64url(utf8('{'))],
    ['a list', encodeBase64url(utf8('[]'))],
    ['another version', written({ v: 2 })],
    ['an unknown member', written({ more: 1 })],
    ['names that are not strings', written({ names: { usr_1: 1 } })],
    ['no task', written({ task: 'sign' })],
    ['no origin', written({ from: null })],
    ['too many characters', written({ id: 'x'.repeat(128 * 1024) })],
  ])('is rejected if it has %s', (_what, fragment) => {
    expect(readRequest(fragment)).toBeUndefined();
  });
});

describe('the configuration beside a signing page', () => {
  test('names origins, and may name a tenant and a deployment', () => {
    const list = { origins: ['https://access.vendor.example'], tenant: 'acme', deployment: 'dep_1' };
    expect(readConfig(list)).toEqual(list);
  });

  test.each([
    ['no members', null],
    ['one origin outside a list', { origins: 'https://access.vendor.example' }],
    ['an unknown member', { origins: [], tenants: ['acme'] }],
    ['a tenant that is not a string', { origins: [], tenant: 1 }],
  ])('is rejected if it has %s', (_what, value) => {
    expect(readConfig(value)).toBeUndefined();
  });
});
