import type { Hashing } from '@countersign/contract';

/** RFC 6962 §2.1: the first byte distinguishes leaves from nodes, so that a node cannot pass as a leaf. */
const LEAF = 0x00;
const NODE = 0x01;

/** The hash of a leaf: SHA-256(0x00 ‖ bytes), 32 bytes. */
export function leafHash(hashing: Hashing, bytes: Uint8Array): Uint8Array {
  const message = new Uint8Array(1 + bytes.length);
  message[0] = LEAF;
  message.set(bytes, 1);
  return hashing.sha256(message);
}

const encoder = new TextEncoder();

/** The hash of the leaf whose bytes are this text in UTF-8. The text is encoded right behind the first byte, without a copy. */
export function leafHashOfText(hashing: Hashing, text: string): Uint8Array {
  const bytes = new Uint8Array(1 + text.length);
  bytes[0] = LEAF;
  // ASCII, as nearly every leaf is, fills it exactly.
  const { read } = encoder.encodeInto(text, bytes.subarray(1));
  return read === text.length && text.length > 0
    ? hashing.sha256(bytes)
    : leafHash(hashing, encoder.encode(text));
}

/** The hash of an inner node: SHA-256(0x01 ‖ left ‖ right), 32 bytes. */
export function nodeHash(hashing: Hashing, left: Uint8Array, right: Uint8Array): Uint8Array {
  const message = new Uint8Array(1 + left.length + right.length);
  message[0] = NODE;
  message.set(left, 1);
  message.set(right, 1 + left.length);
  return hashing.sha256(message);
}

/** The same for two hashes that stand one after the other. */
export function nodeHashOfPair(hashing: Hashing, pair: Uint8Array): Uint8Array {
  const message = new Uint8Array(1 + pair.length);
  message[0] = NODE;
  message.set(pair, 1);
  return hashing.sha256(message);
}

/** The root of a tree without leaves: SHA-256 of no bytes. */
export function emptyTreeHash(hashing: Hashing): Uint8Array {
  return hashing.sha256(new Uint8Array(0));
}

/**
 * A Merkle tree (RFC 6962 §2.1), reduced to what is needed to append leaves and to compute the root: the hashes of its
 * complete subtrees, the widest (leftmost) first. There is one for each bit that is set in the number of leaves, at most 53.
 */
export interface CompactRange {
  /** The number of leaves. */
  readonly size: number;
  /** 32 bytes each. */
  readonly nodes: readonly Uint8Array[];
}

export const EMPTY_RANGE: CompactRange = { size: 0, nodes: [] };

/**
 * Returns the tree with one more leaf. Computes at most log2(size) hashes, one on average.
 *
 * @param leaf a leaf hash
 * @param onNode called with each complete subtree that this leaf completes: its level (1 for two leaves) and its hash
 */
export function appendLeaf(
  hashing: Hashing,
  range: CompactRange,
  leaf: Uint8Array,
  onNode?: (level: number, hash: Uint8Array) => void,
): CompactRange {
  const nodes = [...range.nodes];
  let node = leaf;
  let level = 0;
  // Each trailing 1 bit of the size is a subtree as wide as `node`. The two are joined.
  for (let rest = range.size; rest % 2 === 1; rest = (rest - 1) / 2) {
    node = nodeHash(hashing, nodes.pop() as Uint8Array, node);
    level += 1;
    onNode?.(level, node);
  }
  nodes.push(node);
  return { size: range.size + 1, nodes };
}

/** The root of the tree, 32 bytes. */
export function rangeRoot(hashing: Hashing, { nodes }: CompactRange): Uint8Array {
  const [last, ...wider] = nodes.toReversed();
  if (last === undefined) return emptyTreeHash(hashing);
  return wider.reduce((right, left) => nodeHash(hashing, left, right), last);
}

/** How many hashes a range of so many leaves has. */
export function rangeWidth(size: number): number {
  let width = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) width += rest % 2;
  return width;
}
