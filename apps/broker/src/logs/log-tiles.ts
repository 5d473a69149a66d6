import type { EventReads } from '@countersign/access';
import {
  consistencySteps,
  encodeBundle,
  HASH_BYTES,
  HashTile,
  inclusionSteps,
  type ProofStep,
  proofFromTiles,
  type TileId,
  tilePath,
  tileWidth,
} from '@countersign/audit-log';
import { TILE_WIDTH, utf8 } from '@countersign/contract';
import { growingCache } from '@countersign/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { type BrokerDeps, DEPS } from '../core.module.js';

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

/** A log in one epoch. What stands at a place of it never changes. */
type LogName = { log: string; epoch: number };

/** At most 16 kB each. */
const MOST_TILES = 256;

/**
 * Makes proofs from as few tiles as it takes, which are read at once. Tiles never change, so those of the last proofs are kept:
 * the upper levels, which every proof needs, and those of leaves near each other, as the leaves of an access are.
 */
@Injectable()
export class LogProofs {
  readonly #tiles = growingCache<HashTile>(MOST_TILES);

  constructor(@Inject(DEPS) private readonly deps: Pick<BrokerDeps, 'hashing'>) {}

  /** An inclusion proof (RFC 6962 §2.1.1) of the leaf at `index` in the tree of `size` leaves. */
  inclusion(events: TileReads, name: LogName, index: number, size: number): Promise<Uint8Array[]> {
    return this.hashes(events, name, inclusionSteps(index, size), size);
  }

  /** A consistency proof (RFC 6962 §2.1.2) from `oldSize` to `size` leaves. */
  consistency(events: TileReads, name: LogName, oldSize: number, size: number): Promise<Uint8Array[]> {
    return this.hashes(events, name, consistencySteps(oldSize, size), size);
  }

  /** The hash of each step in the tree of `size` leaves. */
  hashes(
    events: TileReads,
    { log, epoch }: LogName,
    steps: readonly ProofStep[],
    size: number,
  ): Promise<Uint8Array[]> {
    const { hashing } = this.deps;
    return proofFromTiles(hashing, steps, size, async (tile) => {
      const place = `${log} ${epoch} ${tilePath(tile)}`;
      const known = this.#tiles.get(place);
      if (known !== undefined) return known;
      const bytes = (await readTile(events, tile, size)) ?? new Uint8Array(0);
      const read = new HashTile(hashing, bytes);
      // A tile that lacks hashes fails the proof. It must not fail the next one too.
      if (bytes.length === tile.width * HASH_BYTES) this.#tiles.set(place, read);
      return read;
    });
  }
}
