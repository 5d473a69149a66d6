/** @soak */

import { createHmac, createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { runs } from '../../../test/support/samples.js';
import { hmacSha256 } from './hmac-sha256.js';

/** Keys of context files have 32 bytes. RFC 2104 also has keys of a whole block, and of more than one. */
const keys = fc.oneof(
  fc.uint8Array({ minLength: 32, maxLength: 32 }),
  fc.uint8Array({ minLength: 1, maxLength: 200, size: 'max' }),
  fc.constantFrom(63, 64, 65).map((length) => new Uint8Array(length).fill(length)),
);
// Without the size, fast-check makes texts of ten characters at most. The longest need more memory than there is at first.
const texts = fc.string({ unit: 'grapheme-ascii', maxLength: 6_000, size: 'max' });

test('the HMAC is the one that Node makes, whatever was signed before', () => {
  fc.assert(
    fc.property(keys, fc.array(texts, { minLength: 1, maxLength: 3 }), (bytes, several) => {
      const key = createSecretKey(bytes);
      const mac = hmacSha256(key);
      for (const text of several)
        expect(mac(text)).toBe(createHmac('sha256', key).update(text, 'latin1').digest('base64url'));
    }),
    // To shrink such a text takes minutes.
    { numRuns: runs(100), endOnFailure: true },
  );
});

test.each([
  [
    'a short key',
    Buffer.from('Jefe'),
    'what do ya want for nothing?',
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  ],
  [
    'a key of more than one block',
    Buffer.alloc(131, 0xaa),
    'Test Using Larger Than Block-Size Key - Hash Key First',
    '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  ],
])('the HMAC of RFC 4231 with %s', (_case, key, text, expected) => {
  const digest = hmacSha256(createSecretKey(key))(text);
  expect(Buffer.from(digest, 'base64url').toString('hex')).toBe(expected);
});
