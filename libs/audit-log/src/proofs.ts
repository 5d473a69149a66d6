import type { Hashing } from '@countersign/contract';
import { equalBytes } from './bytes.js';
import { AuditLogError } from './errors.js';
import { nodeHash } from './tree.js';

/**
 * A complete subtree: the leaves `index · 2^level` up to `(index + 1) · 2^level`. Level 0 is a leaf. Such a node never
 * changes once all its leaves exist, so it can be stored and cached.
 */
export type NodeId = { readonly level: number; readonly index: number };

/** A step of a proof: the complete subtrees, widest first, whose hashes make one hash of the proof. */
export type ProofStep = readonly NodeId[];

const width = (level: number): number => 2 ** level;

/** The largest power of two below `count`, as in RFC 6962 §2.1; `count` is at least 2. */
function splitOf(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}

/**
 * The complete subtrees of the leaves `start` up to `end`, widest first. `start` must be a multiple of the largest power
 * of two that fits, as it is in every tree and every proof of RFC 6962.
 */
export function completeSubtrees(start: number, end: number): NodeId[] {
  const nodes: NodeId[] = [];
  for (let at = start; at < end; ) {
    let level = 0;
    while (at % width(level + 1) === 0 && at + width(level + 1) <= end) level += 1;
    nodes.push({ level, index: at / width(level) });
    at += width(level);
  }
  return nodes;
}

/** Joins the hashes of adjacent complete subtrees, widest first, to the hash of all their leaves. At least one. */
export function joinSubtrees(hashing: Hashing, hashes: readonly Uint8Array[]): Uint8Array {
  const last = hashes.at(-1);
  if (last === undefined) throw new RangeError('there is nothing to join');
  return hashes.slice(0, -1).reduceRight((right, left) => nodeHash(hashing, left, right), last);
}

/**
 * What an inclusion proof consists of (RFC 6962 §2.1.1), from the leaf's sibling to the root's child.
 *
 * @param index of the leaf, from 0 and below `size`
 */
export function inclusionSteps(index: number, size: number): ProofStep[] {
  if (!(index >= 0 && index < size)) throw new RangeError('the leaf is not in the tree');
  const steps: ProofStep[] = [];
  for (let start = 0, end = size; end - start > 1; ) {
    const middle = start + splitOf(end - start);
    if (index < middle) {
      steps.push(completeSubtrees(middle, end));
      end = middle;
    } else {
      steps.push(completeSubtrees(start, middle));
      start = middle;
    }
  }
  return steps.reverse();
}

/**
 * What a consistency proof consists of (RFC 6962 §2.1.2). Empty from 0 leaves and between equal sizes, where there is
 * nothing to prove.
 *
 * @param oldSize at most `size`
 */
export function consistencySteps(oldSize: number, size: number): ProofStep[] {
  if (!(oldSize >= 0 && oldSize <= size)) throw new RangeError('the older tree is not the smaller one');
  if (oldSize === 0 || oldSize === size) return [];
  const steps: ProofStep[] = [];
  let [start, end] = [0, size];
  // The last subtree of the old tree is known to the verifier only if it is the whole old tree.
  let isWhole = true;
  while (oldSize !== end) {
    const middle = start + splitOf(end - start);
    if (oldSize <= middle) {
      steps.push(completeSubtrees(middle, end));
      end = middle;
    } else {
      steps.push(completeSubtrees(start, middle));
      start = middle;
      isWhole = false;
    }
  }
  if (!isWhole) steps.push(completeSubtrees(start, end));
  return steps.reverse();
}

/** The hashes of a proof. `hashOf` gives the hash of a complete subtree. */
export function proofHashes(
  hashing: Hashing,
  steps: readonly ProofStep[],
  hashOf: (node: NodeId) => Uint8Array,
): Uint8Array[] {
  return steps.map((nodes) => joinSubtrees(hashing, nodes.map(hashOf)));
}

/** A claim that one leaf stands at one place of a tree. `leaf` and `root` are hashes. */
export type InclusionClaim = {
  index: number;
  size: number;
  leaf: Uint8Array;
  root: Uint8Array;
  proof: readonly Uint8Array[];
};

/**
 * Checks that a leaf stands at its index in the tree (RFC 9162 §2.1.3.2).
 *
 * @throws AuditLogError `not_included`
 */
export function verifyInclusion(hashing: Hashing, claim: InclusionClaim): void {
  const { index, size, leaf, root, proof } = claim;
  const isWellFormed = isCount(index) && isCount(size) && index < size;
  if (!isWellFormed) throw new AuditLogError('not_included', 'The leaf has no place in a tree of that size.');
  let [fn, sn, hash] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (sn === 0) throw new AuditLogError('not_included', 'The inclusion proof is too long.');
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeHash(hashing, sibling, hash);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      hash = nodeHash(hashing, hash, sibling);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  if (sn !== 0 || !equalBytes(hash, root)) {
    throw new AuditLogError('not_included', 'The inclusion proof does not lead to the root.');
  }
}

/** A claim that one tree is the beginning of another. The roots are hashes. */
export type ConsistencyClaim = {
  oldSize: number;
  oldRoot: Uint8Array;
  size: number;
  root: Uint8Array;
  proof: readonly Uint8Array[];
};

/**
 * Checks that the smaller tree is the beginning of the larger one (RFC 9162 §2.1.4.2). From an empty tree the proof is
 * empty: every tree begins with nothing.
 *
 * @throws AuditLogError `inconsistent`
 */
export function verifyConsistency(hashing: Hashing, claim: ConsistencyClaim): void {
  const { oldSize, oldRoot, size, root, proof } = claim;
  const fail = (detail: string) => new AuditLogError('inconsistent', detail);
  if (!isCount(oldSize) || !isCount(size) || oldSize > size) throw fail('The older tree is the larger one.');
  if (oldSize === 0 || oldSize === size) {
    if (proof.length > 0) throw fail('There is nothing to prove, and yet the proof has hashes.');
    if (oldSize === size && !equalBytes(oldRoot, root))
      throw fail(`There are two different trees of ${size} leaves.`);
    return;
  }
  let [fn, sn] = [oldSize - 1, size - 1];
  while (fn % 2 === 1) [fn, sn] = [half(fn), half(sn)];
  // A power of two of leaves is one complete subtree: its hash is the old root, which the proof leaves out.
  const [first, ...rest] = fn === 0 ? [oldRoot, ...proof] : proof;
  if (first === undefined) throw fail('The consistency proof is too short.');
  let [oldHash, hash] = [first, first];
  for (const sibling of rest) {
    if (sn === 0) throw fail('The consistency proof is too long.');
    if (fn % 2 === 1 || fn === sn) {
      oldHash = nodeHash(hashing, sibling, oldHash);
      hash = nodeHash(hashing, sibling, hash);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      hash = nodeHash(hashing, hash, sibling);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  if (sn !== 0 || !equalBytes(oldHash, oldRoot) || !equalBytes(hash, root))
    throw fail('The consistency proof does not lead to both roots.');
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

/** Sizes go beyond 32 bits, where `>>` would be wrong. */
const half = (value: number): number => Math.floor(value / 2);
