import { createHash } from 'node:crypto';
import type { Hashing } from '@countersign/contract';
import { AuditLogError } from './errors.js';
import { proofHashes } from './proofs.js';
import { LeafRangeVerifier, leafRangeSteps } from './range-proof.js';
import { appendLeaf, EMPTY_RANGE, leafHash, rangeRoot } from './tree.js';

const hashing: Hashing = { sha256: (bytes) => createHash('sha256').update(bytes).digest() };
const leaves = Array.from({ length: 21 }, (_, at) => leafHash(hashing, Buffer.from(`leaf ${at}`)));

/** The hash of a complete subtree, computed from its leaves. */
const hashOf = ({ level, index }: { level: number; index: number }): Uint8Array =>
  rangeRoot(
    hashing,
    leaves
      .slice(index * 2 ** level, (index + 1) * 2 ** level)
      .reduce((range, leaf) => appendLeaf(hashing, range, leaf), EMPTY_RANGE),
  );
const rootOf = (size: number) =>
  rangeRoot(
    hashing,
    leaves.slice(0, size).reduce((range, leaf) => appendLeaf(hashing, range, leaf), EMPTY_RANGE),
  );
function proofOf(from: number, to: number, size: number) {
  const steps = leafRangeSteps(from, to, size);
  return {
    ...{ from, to },
    left: proofHashes(hashing, steps.left, hashOf),
    proof: proofHashes(hashing, steps.proof, hashOf),
  };
}
function verify(claim: ReturnType<typeof proofOf>, hashes: readonly Uint8Array[], size: number): string {
  try {
    const verifier = new LeafRangeVerifier(hashing, claim);
    for (const leaf of hashes) verifier.take(leaf);
    verifier.finish({ size, root: rootOf(size) });
    return 'verified';
  } catch (error) {
    return (error as AuditLogError).code;
  }
}

test('every range of small trees has a proof that verifies', () => {
  const wrong: string[] = [];
  for (const size of [1, 2, 3, 7, 8, 13, 21])
    for (let from = 0; from < size; from += 1)
      for (let to = from + 1; to <= size; to += 1)
        if (verify(proofOf(from, to, size), leaves.slice(from, to), size) !== 'verified')
          wrong.push(`${from} to ${to} of ${size}`);
  expect(wrong).toEqual([]);
});

test('a leaf that is changed, left out, added, exchanged or at another place does not verify', () => {
  const [from, to, size] = [5, 12, 21];
  const proof = proofOf(from, to, size);
  const part = leaves.slice(from, to);
  const other = leafHash(hashing, Buffer.from('another'));
  const [first = other, second = other, ...rest] = part;
  expect(verify(proof, part.with(3, other), size)).toBe('inconsistent');
  expect(verify(proof, part.slice(1), size)).toBe('not_included');
  expect(verify(proof, [...part, other], size)).toBe('not_included');
  expect(verify(proof, [second, first, ...rest], size)).toBe('inconsistent');
  expect(verify({ ...proof, from: 6 }, part.slice(1), size)).not.toBe('verified');
  expect(verify({ ...proof, to: 13 }, [...part, leaves[12] as Uint8Array], size)).not.toBe('verified');
  expect(verify({ ...proof, left: proof.left.slice(1) }, part, size)).toBe('not_included');
  expect(verify({ ...proof, proof: proof.proof.slice(1) }, part, size)).toBe('inconsistent');
});
