import type { Hashing } from '@countersign/contract';

/** RFC 6962 §2.1: the first byte tells leaves from nodes, so that no node can be passed off as a leaf. */
const LEAF = 0x00;
const NODE = 0x01;

/** Hash of one leaf's bytes: SHA-256(0x00 ‖ bytes), 32 bytes. */
export function leafHash(hashing: Hashing, bytes: Uint8Array): Uint8Array {
  return hashing.sha256(joined(LEAF, bytes));
}

/** Hash of an inner node: SHA-256(0x01 ‖ left ‖ right), 32 bytes. */
export function nodeHash(hashing: Hashing, left: Uint8Array, right: Uint8Array): Uint8Array {
  return hashing.sha256(joined(NODE, left, right));
}

/** Root of a tree without leaves: SHA-256 of nothing. */
export function emptyTreeHash(hashing: Hashing): Uint8Array {
  return hashing.sha256(new Uint8Array(0));
}

function joined(first: number, ...parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(1 + parts.reduce((length, part) => length + part.length, 0));
  all[0] = first;
  let at = 1;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
