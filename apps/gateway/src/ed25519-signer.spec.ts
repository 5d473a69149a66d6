/** @soak */

import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { runs } from '../../../test/support/samples.js';
import { ed25519Signer } from './ed25519-signer.js';

const { privateKey } = generateKeyPairSync('ed25519');

test('a signature is the one that Node makes, whatever was signed before', () => {
  const signText = ed25519Signer(privateKey);
  // Without the size, fast-check makes texts of ten characters at most.
  const text = fc.string({ unit: 'grapheme-ascii', maxLength: 10_000, size: 'max' });
  fc.assert(
    fc.property(text, (signed) => {
      const expected = sign(null, Buffer.from(signed, 'latin1'), privateKey);
      expect(signText(signed)).toBe(expected.toString('base64url'));
    }),
    // To shrink such a text takes minutes.
    { numRuns: runs(500), endOnFailure: true },
  );
});

test('signers of two keys do not mix', () => {
  const other = generateKeyPairSync('ed25519').privateKey;
  const [byOne, byOther] = [ed25519Signer(privateKey), ed25519Signer(other)];
  const signatures = [byOne('a'), byOther('a'), byOne('a')].map((text) => Buffer.from(text, 'base64url'));
  const isBy = (key: typeof other, signature: Buffer) =>
    verify(null, Buffer.from('a'), createPublicKey(key), signature);
  expect(signatures.map((signature) => isBy(privateKey, signature))).toEqual([true, false, true]);
});

test('libsodium is installed here: the figures of the benchmarks are those of its signatures', () => {
  const sodium = createRequire(import.meta.url)('sodium-native') as Record<string, unknown>;
  expect(typeof sodium['crypto_sign_detached']).toBe('function');
});
