import { createHash } from 'node:crypto';
import type { Hashing } from '@countersign/contract';
import { logOrigin, noteKeyId, verifierKey } from './verifier-key.js';

const hashing: Hashing = { sha256: (data) => createHash('sha256').update(data).digest() };

describe('the verifier key of a log', () => {
  // golang.org/x/mod/sumdb/note, the example of its documentation: https://pkg.go.dev/golang.org/x/mod/sumdb/note
  const PETER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';

  test('P10: is that of the published example, byte for byte', () => {
    const key = Buffer.from(PETER.split('+').slice(2).join('+'), 'base64').subarray(1);
    expect(verifierKey(hashing, 'PeterNeumann', key)).toBe(PETER);
    expect(Buffer.from(noteKeyId(hashing, 'PeterNeumann', key)).toString('hex')).toBe('c74f20a3');
  });

  test('names the log: another tenant or epoch has another key id', () => {
    const deployment = 'dep_0199f0a0-7b2c-7001-8000-000000000001';
    expect(logOrigin(deployment, 'acme', 1)).toBe(`countersign/${deployment}/acme`);
    expect(logOrigin(deployment, 'acme', 2)).toBe(`countersign/${deployment}/acme/2`);
    const key = new Uint8Array(32).fill(9);
    const ids = ['acme', 'globex'].map((slug) => verifierKey(hashing, logOrigin(deployment, slug, 1), key));
    expect(new Set(ids.map((vkey) => vkey.split('+')[1])).size).toBe(2);
  });

  test('takes no key of another length', () => {
    expect(() => verifierKey(hashing, 'a', new Uint8Array(31))).toThrow(RangeError);
  });
});
