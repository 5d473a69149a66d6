import type { Hashing } from '@countersign/contract';
import { emptyTreeHash, nodeHash } from './hash.js';

/**
 * A Merkle tree of RFC 6962 §2.1 as far as it must be known to grow it and to tell its root: the hashes of its whole
 * subtrees, the widest (leftmost) first, one for each bit that is set in the number of leaves. At most 53 hashes.
 */
export interface CompactRange {
  /** Number of leaves. */
  readonly size: number;
  /** 32 bytes each. */
  readonly nodes: readonly Uint8Array[];
}

export const EMPTY_RANGE: CompactRange = { size: 0, nodes: [] };

/** The tree with one more leaf; at most log2(size) hashes are computed, one on average. */
export function withLeaf(hashing: Hashing, range: CompactRange, leaf: Uint8Array): CompactRange {
  const nodes = [...range.nodes];
  let node = leaf;
  // Each set bit at the end of the size is a subtree as wide as the one at hand: the two become one.
  for (let rest = range.size; rest % 2 === 1; rest = (rest - 1) / 2)
    node = nodeHash(hashing, nodes.pop() as Uint8Array, node);
  nodes.push(node);
  return { size: range.size + 1, nodes };
}

/** Root of the tree, 32 bytes; of an empty one the hash of nothing. */
export function rangeRoot(hashing: Hashing, { nodes }: CompactRange): Uint8Array {
  const [last, ...wider] = nodes.toReversed();
  if (last === undefined) return emptyTreeHash(hashing);
  return wider.reduce((right, left) => nodeHash(hashing, left, right), last);
}

/** How many hashes a range of so many leaves has: one for each bit that is set. */
export function rangeWidth(size: number): number {
  let width = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) width += rest % 2;
  return width;
}
