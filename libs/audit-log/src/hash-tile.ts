import { type Hashing, TILE_WIDTH } from '@countersign/contract';
import { AuditLogError } from './errors.js';
import { type NodeId, type ProofStep, proofHashes } from './proofs.js';
import { HASH_BYTES, requireTile, TILE_HEIGHT, type TileId, tileOfNode } from './tiles.js';
import { nodeHashOfPair } from './tree.js';

/**
 * A tile, and the nodes of the tree inside it. Each node is hashed when it is first needed, and kept: a full tile has 255 of
 * them, so that proofs of several leaves need far fewer hashes from one `HashTile` than from the bytes.
 */
export class HashTile {
  /** For each height inside the tile, the hashes one after the other. On height 0 these are the tile's bytes. */
  readonly #rows: Uint8Array[];
  /** For each height, 1 for each hash that is known. Height 0 is. */
  readonly #known: (Uint8Array | undefined)[] = [undefined];

  /** @throws AuditLogError `invalid_tile` */
  constructor(
    private readonly hashing: Hashing,
    bytes: Uint8Array,
  ) {
    requireTile(bytes);
    this.#rows = [bytes];
    for (let width = bytes.length / HASH_BYTES; this.#rows.length < TILE_HEIGHT; ) {
      width = Math.floor(width / 2);
      this.#rows.push(new Uint8Array(width * HASH_BYTES));
      this.#known.push(new Uint8Array(width));
    }
  }

  /**
   * The hash of a node whose tile this is (`tileOfNode`).
   *
   * @throws AuditLogError `invalid_tile` if the tile is too short
   */
  hashOf({ level, index }: NodeId): Uint8Array {
    const height = level % TILE_HEIGHT;
    const place = index % (TILE_WIDTH / 2 ** height);
    const row = this.#rows[height] as Uint8Array;
    if ((place + 1) * HASH_BYTES > row.length)
      throw new AuditLogError('invalid_tile', 'The tile is too short.');
    this.compute(height, place);
    return row.subarray(place * HASH_BYTES, (place + 1) * HASH_BYTES);
  }

  /** Computes a hash of a row, and those below it, unless they are known. */
  private compute(height: number, place: number): void {
    const known = this.#known[height];
    if (known === undefined || known[place] === 1) return;
    this.compute(height - 1, 2 * place);
    this.compute(height - 1, 2 * place + 1);
    const below = this.#rows[height - 1] as Uint8Array;
    const pair = below.subarray(2 * place * HASH_BYTES, 2 * (place + 1) * HASH_BYTES);
    (this.#rows[height] as Uint8Array).set(nodeHashOfPair(this.hashing, pair), place * HASH_BYTES);
    known[place] = 1;
  }
}

/**
 * The hashes of a proof in a tree of `size` leaves, from as few tiles as it takes.
 *
 * @param read called once for each tile, for all of them at once
 * @throws AuditLogError `invalid_tile`, and whatever `read` throws
 */
export async function proofFromTiles(
  hashing: Hashing,
  steps: readonly ProofStep[],
  size: number,
  read: (tile: TileId) => Promise<HashTile>,
): Promise<Uint8Array[]> {
  const keyOf = ({ level, index }: TileId) => `${level}/${index}`;
  const needed = new Map<string, TileId>();
  for (const node of steps.flat()) {
    const tile = tileOfNode(node, size);
    needed.set(keyOf(tile), tile);
  }
  const tiles = new Map(
    await Promise.all([...needed].map(async ([key, tile]) => [key, await read(tile)] as const)),
  );
  return proofHashes(hashing, steps, (node) =>
    (tiles.get(keyOf(tileOfNode(node, size))) as HashTile).hashOf(node),
  );
}
