import type { EventReads } from '@countersign/access';
import {
  consistencySteps,
  encodeBundle,
  inclusionSteps,
  type NodeId,
  nodeInTile,
  type ProofStep,
  proofHashes,
  TILE_WIDTH,
  type TileId,
  tileOfNode,
  tileWidth,
} from '@countersign/audit-log';
import { type Hashing, utf8 } from '@countersign/contract';

/** What tiles are read from: hashes and leaves by their place. */
type TileReads = Pick<EventReads, 'hashes' | 'leaves'>;

/**
 * The bytes of a tile (C2SP tlog-tiles) in a log of `size` leaves; undefined if the log has none there, or not so wide a
 * one. A narrower tile than there is can be requested: it belongs to an earlier checkpoint.
 */
export async function readTile(
  events: TileReads,
  tile: TileId,
  size: number,
): Promise<Uint8Array | undefined> {
  const { level, index, width } = tile;
  if (width > tileWidth(level, index, size)) return undefined;
  const [from, to] = [index * TILE_WIDTH, index * TILE_WIDTH + width];
  if (level === 'entries') return encodeBundle((await events.leaves(from, to)).map(utf8));
  return Buffer.concat(await events.hashes(level, from, to));
}

/**
 * Whether retention has taken a tile away: bundles and hashes of the leaves before `minimum`. The hashes on the levels
 * above stay, so that proofs of later leaves, and consistency with every earlier checkpoint of a multiple of 256 leaves,
 * can still be made.
 */
export const isPruned = ({ level, index }: TileId, minimum: number): boolean =>
  (level === 'entries' || level === 0) && index * TILE_WIDTH < minimum;

/** The hashes of a proof, from as few tiles as it takes. */
async function hashesFor(
  hashing: Hashing,
  events: TileReads,
  steps: readonly ProofStep[],
  size: number,
): Promise<Uint8Array[]> {
  const tiles = new Map<string, Uint8Array>();
  const keyOf = ({ level, index }: TileId) => `${level}/${index}`;
  for (const node of steps.flat()) {
    const tile = tileOfNode(node, size);
    if (!tiles.has(keyOf(tile)))
      tiles.set(keyOf(tile), (await readTile(events, tile, size)) ?? new Uint8Array(0));
  }
  const hashOf = (node: NodeId) =>
    nodeInTile(hashing, node, tiles.get(keyOf(tileOfNode(node, size))) ?? new Uint8Array(0));
  return proofHashes(hashing, steps, hashOf);
}

/** An inclusion proof (RFC 6962 §2.1.1) of the leaf at `index` in the tree of `size` leaves. */
export const inclusionProof = (
  hashing: Hashing,
  events: TileReads,
  index: number,
  size: number,
): Promise<Uint8Array[]> => hashesFor(hashing, events, inclusionSteps(index, size), size);

/** A consistency proof (RFC 6962 §2.1.2) from `oldSize` to `size` leaves. */
export const consistencyProof = (
  hashing: Hashing,
  events: TileReads,
  oldSize: number,
  size: number,
): Promise<Uint8Array[]> => hashesFor(hashing, events, consistencySteps(oldSize, size), size);
