import { type Hashing, TILE_WIDTH } from '@countersign/contract';
import { decodeBase64, encodeBase64, equalBytes } from './bytes.js';
import { AuditLogError } from './errors.js';
import { LogFault } from './log-fault.js';
import { completeSubtrees } from './proofs.js';
import type { LogSuccession } from './succession.js';
import { decodeBundle, hashesOf, subtreeRoot, TILE_HEIGHT, type TileId, tilePath } from './tiles.js';
import { type CompactRange, leafHash, nodeHash, rangeRoot } from './tree.js';

/** Where a log is read from: its server, or a folder that mirrors it. */
export interface LogSource {
  /**
   * The bytes at a path below the log's prefix (`checkpoint`, `tile/0/000`, `minimum-index`); undefined if there is
   * nothing.
   */
  read(path: string): Promise<Uint8Array | undefined>;
  /** The widths of the partial tiles that a folder still has at this place, from earlier checkpoints. */
  partialWidths?(tile: Omit<TileId, 'width'>): Promise<readonly number[]>;
}

/** How far a log has been verified. Kept between runs, so that the next one reads only what is new. */
export type VerifiedPoint = {
  origin: string;
  size: number;
  /** Padded base64. */
  root: string;
  /** The tree's compact range, padded base64. */
  range: readonly string[];
  /** The log's keys that are known, the newest last; absent if only its structure was verified. */
  keys?: readonly string[] | undefined;
};

/**
 * The nodes of a range that was kept. One that does not lead to its own root was damaged on this side: the log is not to blame.
 *
 * @throws LogFault `invalid_state`
 */
export function requireWholeRange(hashing: Hashing, { size, root, range }: VerifiedPoint): Uint8Array[] {
  const nodes = range.map((text) => decodeBase64(text) ?? new Uint8Array(0));
  const isWhole =
    nodes.length === completeSubtrees(0, size).length && nodes.every(({ length }) => length === 32);
  if (isWhole && encodeBase64(rangeRoot(hashing, { size, nodes })) === root) return nodes;
  throw new LogFault('invalid_state', 'The state file is damaged. Verify the whole log again without it.');
}

/** Reads a log from its leaves upward, and compares every tile with what is below it. */
export class TreeReader {
  /** How many leaves were read. */
  size = 0;
  /** For each level of tiles, the hashes of the tile that is not full yet. */
  readonly #open: Uint8Array[][] = [[]];

  constructor(
    private readonly hashing: Hashing,
    private readonly source: LogSource,
    private readonly total: number,
  ) {}

  /** The compact range of what was read, or of so many leaves of the bundle that was read last. */
  range(leaves: readonly Uint8Array[] = this.#open[0] ?? [], size = this.size): CompactRange {
    const nodes: { level: number; hash: Uint8Array }[] = [];
    for (let place = this.#open.length - 1; place >= 0; place -= 1) {
      let hashes = place === 0 ? leaves : (this.#open[place] ?? []);
      for (let height = TILE_HEIGHT; height >= 0; height -= 1) {
        const width = 2 ** height;
        if (hashes.length < width) continue;
        let hash = subtreeRoot(this.hashing, hashes.slice(0, width));
        let level = place * TILE_HEIGHT + height;
        // A bundle that is full and not closed yet stands beside subtrees as wide as itself.
        for (; nodes.at(-1)?.level === level; level += 1)
          hash = nodeHash(this.hashing, (nodes.pop() as { hash: Uint8Array }).hash, hash);
        nodes.push({ level, hash });
        hashes = hashes.slice(width);
      }
    }
    return { size, nodes: nodes.map(({ hash }) => hash) };
  }

  /** Begins after the last full bundle that was verified before. The leaves behind it are read again. */
  async resume(since: VerifiedPoint): Promise<void> {
    const size = since.size - (since.size % TILE_WIDTH);
    const nodes = requireWholeRange(this.hashing, since);
    const subtrees = completeSubtrees(0, since.size);
    this.size = size;
    for (let level = 1; TILE_WIDTH ** level <= size; level += 1) {
      const count = Math.floor(size / TILE_WIDTH ** level) % TILE_WIDTH;
      this.#open[level] =
        count === 0 ? [] : await this.openTile(level, Math.floor(size / TILE_WIDTH ** (level + 1)), count);
      this.requireKnown(level, subtrees, nodes);
    }
  }

  /**
   * Begins after leaves that the log no longer gives, from the hashes above them. Nothing proves those hashes here: that
   * the whole tree leads to the signed root does, at the end.
   */
  async beginAfter(size: number): Promise<void> {
    this.size = size;
    for (let level = 1; TILE_WIDTH ** level <= size; level += 1) {
      const count = Math.floor(size / TILE_WIDTH ** level) % TILE_WIDTH;
      const index = Math.floor(size / TILE_WIDTH ** (level + 1));
      this.#open[level] = count === 0 ? [] : await this.openTile(level, index, count);
    }
  }

  /** The first hashes of the tile that was not full yet. */
  private async openTile(level: number, index: number, count: number): Promise<Uint8Array[]> {
    const width = Math.min(TILE_WIDTH, Math.floor(this.total / TILE_WIDTH ** level) - index * TILE_WIDTH);
    return hashesOf(await this.readTile({ level, index, width })).slice(0, count);
  }

  /** Compares the hashes of an open tile with the compact range that was kept. */
  private requireKnown(
    level: number,
    subtrees: ReturnType<typeof completeSubtrees>,
    nodes: readonly Uint8Array[],
  ): void {
    let hashes = this.#open[level] ?? [];
    subtrees.forEach((subtree, at) => {
      const height = subtree.level - level * TILE_HEIGHT;
      if (height < 0 || height >= TILE_HEIGHT) return;
      const part = hashes.slice(0, 2 ** height);
      hashes = hashes.slice(2 ** height);
      if (!equalBytes(subtreeRoot(this.hashing, part), nodes[at] as Uint8Array))
        throw new LogFault('forked', 'The log does not continue what was verified before.');
    });
  }

  /** Reads the next bundle, and the tile of hashes beside it. @returns its leaves */
  async readBundle(
    since: VerifiedPoint | undefined,
    succession: LogSuccession | undefined,
  ): Promise<Uint8Array[]> {
    const start = this.size;
    const index = start / TILE_WIDTH;
    const width = Math.min(TILE_WIDTH, this.total - start);
    const leaves = await this.leavesOf(index);
    const tile = hashesOf(await this.readTile({ level: 0, index, width }));
    const hashes = leaves.map((leaf, at) => {
      const hash = leafHash(this.hashing, leaf);
      if (!equalBytes(hash, tile[at] as Uint8Array))
        throw new LogFault(
          'changed_leaf',
          `Leaf ${start + at} does not have the hash that the log gives for it.`,
          start + at,
        );
      return hash;
    });
    if (since !== undefined && since.size > start && since.size <= start + width)
      this.requireSame(since, hashes.slice(0, since.size - start));
    for (const size of succession?.sizesToCompare ?? [])
      if (size > start && size <= start + width)
        succession?.compare(this.range(hashes.slice(0, size - start), size));
    await this.requirePartials({ level: 0, index }, hashes);
    this.size = start + width;
    this.#open[0] = hashes;
    await this.close(0, index);
    return leaves;
  }

  private requireSame(since: VerifiedPoint, hashes: readonly Uint8Array[]): void {
    if (encodeBase64(rangeRoot(this.hashing, this.range(hashes, since.size))) !== since.root)
      throw new LogFault('forked', `The first ${since.size} leaves are not those that were verified before.`);
  }

  /** If the tile of a level is full, compares it with its file, and adds its root to the level above. */
  private async close(level: number, index: number): Promise<void> {
    const hashes = this.#open[level] ?? [];
    if (hashes.length < TILE_WIDTH) return;
    if (level > 0) await this.requireTile({ level, index, width: TILE_WIDTH }, hashes);
    this.#open[level] = [];
    const above = this.#open[level + 1] ?? [];
    above.push(subtreeRoot(this.hashing, hashes));
    this.#open[level + 1] = above;
    await this.close(level + 1, Math.floor(index / TILE_WIDTH));
  }

  /** Compares the tiles that stay partial with their files. */
  async finish(): Promise<void> {
    for (const [level, hashes] of this.#open.entries()) {
      if (level === 0 || hashes.length === 0) continue;
      const index = Math.floor(this.total / TILE_WIDTH ** (level + 1));
      await this.requireTile({ level, index, width: hashes.length }, hashes);
    }
  }

  private async requireTile(tile: TileId & { level: number }, hashes: readonly Uint8Array[]): Promise<void> {
    const found = hashesOf(await this.readTile(tile));
    if (!hashes.every((hash, at) => equalBytes(hash, found[at] as Uint8Array)))
      throw new LogFault('changed_tile', `${tilePath(tile)} does not hold the hashes of what is below it.`);
    await this.requirePartials(tile, hashes);
  }

  /** Partial tiles of earlier checkpoints must be the beginning of what is there now. */
  private async requirePartials(
    tile: { level: number; index: number },
    hashes: readonly Uint8Array[],
  ): Promise<void> {
    for (const width of await this.earlierWidths(tile, hashes.length)) {
      const found = hashesOf(await this.readTile({ ...tile, width }));
      if (!found.every((hash, at) => equalBytes(hash, hashes[at] as Uint8Array)))
        throw new LogFault(
          'changed_tile',
          `${tilePath({ ...tile, width })} is not the beginning of the tile that replaced it.`,
        );
    }
  }

  /** What is wider belongs to a later checkpoint than the one that is verified. */
  private async earlierWidths(tile: Omit<TileId, 'width'>, width: number): Promise<number[]> {
    return ((await this.source.partialWidths?.(tile)) ?? []).filter((each) => each < width);
  }

  /** The leaves of a bundle. Nothing proves here that they are those of the tree. */
  async leavesOf(index: number): Promise<Uint8Array[]> {
    const width = Math.min(TILE_WIDTH, this.total - index * TILE_WIDTH);
    const tile: TileId = { level: 'entries', index, width };
    const path = tilePath(tile);
    const leaves = bundleOf(await this.readPath(path), path, tile.width);
    for (const width of await this.earlierWidths(tile, tile.width)) {
      const partial = tilePath({ ...tile, width });
      const found = bundleOf(await this.readPath(partial), partial, width);
      if (!found.every((leaf, at) => equalBytes(leaf, leaves[at] as Uint8Array)))
        throw new LogFault('changed_tile', `${partial} is not the beginning of the bundle that replaced it.`);
    }
    return leaves;
  }

  async readTile(tile: TileId): Promise<Uint8Array> {
    const path = tilePath(tile);
    const bytes = await this.readPath(path);
    if (bytes.length !== tile.width * 32)
      throw new LogFault('wrong_length', `${path} has ${bytes.length} bytes, not ${tile.width * 32}.`);
    return bytes;
  }

  private async readPath(path: string): Promise<Uint8Array> {
    const bytes = await this.source.read(path);
    if (bytes === undefined) throw new LogFault('missing_tile', `${path} is missing.`);
    return bytes;
  }
}

function bundleOf(bytes: Uint8Array, path: string, width: number): Uint8Array[] {
  try {
    return decodeBundle(bytes, width);
  } catch (cause) {
    if (!(cause instanceof AuditLogError)) throw cause;
    throw new LogFault('wrong_length', `${path}: ${cause.message}`, undefined, { cause });
  }
}
