import { type Hashing, TILE_WIDTH } from '@countersign/contract';
import { concatBytes } from './bytes.js';
import { AuditLogError } from './errors.js';
import type { NodeId } from './proofs.js';
import { nodeHash } from './tree.js';

/** Part of the format of tiles, and known to the contract because logs are pruned by whole tiles. */
/** Levels of the tree that one level of tiles spans. */
export const TILE_HEIGHT = 8;
/** Above level 6 a tile would begin beyond 2^53 leaves. */
const MAX_LEVEL = 6;
/** The length of a hash. */
export const HASH_BYTES = 32;
const MAX_ENTRY_BYTES = 0xffff;

/** A tile of hashes, or with `level: 'entries'` a bundle of leaves. `width` is 256 for a full one, else 1 to 255. */
export type TileId = { level: number | 'entries'; index: number; width: number };

/** The path of a tile below the log's prefix: `tile/0/x001/234`, `tile/entries/005.p/17`. */
export function tilePath({ level, index, width }: TileId): string {
  const groups = [String(index % 1000).padStart(3, '0')];
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000))
    groups.unshift(`x${String(rest % 1000).padStart(3, '0')}`);
  return `tile/${level}/${groups.join('/')}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

const PATH = /^tile\/(entries|0|[1-9]\d?)\/((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/;

/** The tile that a path names; undefined unless it is the one canonical path of a tile. */
export function parseTilePath(path: string): TileId | undefined {
  const [, place, digits, partial] = PATH.exec(path) ?? [];
  if (place === undefined || digits === undefined) return undefined;
  const level = place === 'entries' ? place : Number(place);
  const index = Number(digits.replaceAll(/[x/]/g, ''));
  const tile: TileId = { level, index, width: partial === undefined ? TILE_WIDTH : Number(partial) };
  if (!Number.isSafeInteger(index) || (level !== 'entries' && level > MAX_LEVEL)) return undefined;
  return tilePath(tile) === path ? tile : undefined;
}

/** How wide the tile at this place is in a tree of this size: 0 if there is none, 256 if it is full. */
export function tileWidth(level: number | 'entries', index: number, size: number): number {
  const hashes = Math.floor(size / TILE_WIDTH ** (level === 'entries' ? 0 : level));
  return Math.max(0, Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH));
}

/** All tiles and bundles that a tree of this size consists of, from the leaves upward. */
export function* tilesOf(size: number): Generator<TileId> {
  const levels: (number | 'entries')[] = ['entries'];
  for (let level = 0; TILE_WIDTH ** level <= size; level += 1) levels.push(level);
  for (const level of levels)
    for (let index = 0; tileWidth(level, index, size) > 0; index += 1)
      yield { level, index, width: tileWidth(level, index, size) };
}

/** The tile that holds what is needed for the hash of a node, as wide as it is in a tree of this size. */
export function tileOfNode({ level, index }: NodeId, size: number): TileId {
  const tileLevel = Math.floor(level / TILE_HEIGHT);
  const hashes = 2 ** (level % TILE_HEIGHT);
  const tileIndex = Math.floor((index * hashes) / TILE_WIDTH);
  return { level: tileLevel, index: tileIndex, width: tileWidth(tileLevel, tileIndex, size) };
}

/** The root of a full tile, which is one hash of a tile on the level above. */
export function tileRoot(hashing: Hashing, tile: Uint8Array): Uint8Array {
  return subtreeHash(hashing, hashesOf(tile), TILE_WIDTH);
}

/** Splits a tile into its hashes. @throws AuditLogError `invalid_tile` */
export function hashesOf(tile: Uint8Array): Uint8Array[] {
  requireTile(tile);
  const hashes: Uint8Array[] = [];
  for (let at = 0; at < tile.length; at += HASH_BYTES) hashes.push(tile.subarray(at, at + HASH_BYTES));
  return hashes;
}

/** @throws AuditLogError `invalid_tile` unless these are whole hashes, and not too many */
export function requireTile({ length }: Uint8Array): void {
  if (length % HASH_BYTES !== 0 || length > TILE_WIDTH * HASH_BYTES)
    throw new AuditLogError('invalid_tile', 'A tile is 1 to 256 hashes of 32 bytes.');
}

/** As `subtreeRoot`, of so many hashes. */
function subtreeHash(hashing: Hashing, hashes: readonly Uint8Array[], expected: number): Uint8Array {
  if (hashes.length !== expected) throw new AuditLogError('invalid_tile', 'The tile is too short.');
  return subtreeRoot(hashing, hashes);
}

/** The hash of the complete subtree that stands above these hashes. There are 1, 2, 4 … of them. */
export function subtreeRoot(hashing: Hashing, hashes: readonly Uint8Array[]): Uint8Array {
  let row = hashes;
  while (row.length > 1) {
    const above: Uint8Array[] = [];
    for (let at = 0; at < row.length; at += 2)
      above.push(nodeHash(hashing, row[at] as Uint8Array, row[at + 1] as Uint8Array));
    row = above;
  }
  return row[0] as Uint8Array;
}

/** A bundle of leaves: each after its length as a big-endian 16-bit number. */
export function encodeBundle(leaves: readonly Uint8Array[]): Uint8Array {
  return concatBytes(
    ...leaves.flatMap((leaf) => {
      if (leaf.length > MAX_ENTRY_BYTES) throw new RangeError('an entry has at most 65,535 bytes');
      return [Uint8Array.of(leaf.length >> 8, leaf.length & 0xff), leaf];
    }),
  );
}

/**
 * The leaves of a bundle.
 *
 * @param width how many there must be
 * @throws AuditLogError `invalid_tile`
 */
export function decodeBundle(bundle: Uint8Array, width: number): Uint8Array[] {
  const leaves: Uint8Array[] = [];
  for (let at = 0; at < bundle.length; ) {
    const length = ((bundle[at] ?? 0) << 8) | (bundle[at + 1] ?? 0);
    if (at + 2 + length > bundle.length)
      throw new AuditLogError('invalid_tile', 'The bundle ends within an entry.');
    leaves.push(bundle.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  if (leaves.length !== width)
    throw new AuditLogError('invalid_tile', `The bundle has ${leaves.length} entries, not ${width}.`);
  return leaves;
}
