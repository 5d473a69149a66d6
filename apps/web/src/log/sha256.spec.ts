import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { sha256 } from './sha256.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const byNode = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

test.each([
  // FIPS 180-4 examples, and the RFC 6962 tree of no leaves.
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  [
    'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  ],
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
])('the hash of %j', (text, expected) => {
  expect(hex(sha256(Buffer.from(text)))).toBe(expected);
});

test('is that of another program, for each length of the last block and for any bytes', () => {
  for (let length = 0; length <= 200; length += 1) {
    const bytes = new Uint8Array(length).fill(length);
    expect(hex(sha256(bytes))).toBe(byNode(bytes));
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000 }), fc.nat(70), (bytes, start) => {
      const part = bytes.subarray(start);
      expect(hex(sha256(part))).toBe(byNode(part));
    }),
  );
});
