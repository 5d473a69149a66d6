import type { Hashing } from '@countersign/contract';
import { decodeBase64, encodeBase64, equalBytes, parseDecimal } from './bytes.js';
import { type Checkpoint, openCheckpoint, parseCheckpoint } from './checkpoint.js';
import { AuditLogError } from './errors.js';
import { type Ed25519Check, type Note, parseNote, type VerifierKey } from './note.js';
import { completeSubtrees } from './proofs.js';
import type { LogSuccession, Succession } from './succession.js';
import {
  decodeBundle,
  hashesOf,
  nodeInTile,
  subtreeRoot,
  TILE_HEIGHT,
  TILE_WIDTH,
  type TileId,
  tileOfNode,
  tilePath,
} from './tiles.js';
import { appendLeaf, type CompactRange, EMPTY_RANGE, leafHash, rangeRoot } from './tree.js';

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
  /** The log's keys as far as they are known, the newest last; absent if only its structure was verified. */
  keys?: readonly string[] | undefined;
};

/** Why a log does not verify, with the place of the fault. */
export class LogFault extends Error {
  constructor(
    readonly code: LogFaultCode,
    detail: string,
    /** The leaf at fault; undefined if the fault is in no single leaf. */
    readonly index?: number,
    options?: ErrorOptions,
  ) {
    super(detail, options);
    this.name = 'LogFault';
  }
}

export type LogFaultCode =
  /** There is no checkpoint, or it is not one, or it is not signed by the log. */
  | 'checkpoint'
  /** A tile or bundle that the checkpoint covers is not there. */
  | 'missing_tile'
  /** A tile or bundle does not have the length that the size of the log demands. */
  | 'wrong_length'
  /** A leaf is not the one whose hash is in the tree. */
  | 'changed_leaf'
  /** A tile does not hold the hashes of what is below it. */
  | 'changed_tile'
  /** The tiles do not lead to the root that was signed. */
  | 'wrong_root'
  /** The log is smaller than what was verified before. */
  | 'rolled_back'
  /** The log is another than what was verified before: it does not continue it. */
  | 'forked'
  /** What an earlier run found is damaged, or of another log: nothing can be said about what continues it. */
  | 'invalid_state'
  /** A leaf is not what this log's leaves are. */
  | 'invalid_leaf'
  /** Leaves are gone that were not verified before, and the log's own leaves do not say that it pruned them. */
  | 'pruned';

/** What a verification found. `point` is kept for the next one. */
export type VerifiedLog = {
  checkpoint: Checkpoint;
  note: Note;
  point: VerifiedPoint;
  /** What became of the log's keys and name; undefined if only its structure was verified. */
  succession?: Succession | undefined;
  /** The first leaf that was read in this run. What is before it was verified earlier, or pruned. */
  start: number;
  /** Leaves before this one were pruned by the log; 0 for a log that has all its leaves. A multiple of 256. */
  prunedBefore: number;
};

export type VerifyOptions = {
  /** The log's keys; or what follows it through changes of its keys and its origin. */
  keys: readonly VerifierKey[] | LogSuccession;
  /** What an earlier run found. */
  since?: VerifiedPoint | undefined;
  /**
   * Called with each new leaf in its order; with all of them if the log was restored since the earlier run. It may throw a
   * LogFault of its own.
   */
  onLeaf?: ((index: number, leaf: Uint8Array) => void) | undefined;
  /** Called after each bundle with the number of leaves that are verified. */
  onProgress?: ((done: number, size: number) => void) | undefined;
};

/**
 * Verifies a C2SP tlog-tiles log as a whole: the signature of its checkpoint, every leaf and every tile that the
 * checkpoint covers, and that it continues what an earlier run verified. Needs memory for one tile a level.
 *
 * @throws LogFault with the first fault
 */
export async function verifyLog(
  ports: { hashing: Hashing; check: Ed25519Check },
  source: LogSource,
  options: VerifyOptions,
): Promise<VerifiedLog> {
  const succession = 'finish' in options.keys ? options.keys : undefined;
  const { checkpoint, note } = await readCheckpoint(ports.check, source, options.keys);
  const isSameEpoch = (await succession?.begin(checkpoint, note, options.since)) ?? true;
  const since = isSameEpoch ? options.since : undefined;
  if (since !== undefined) requireLater(checkpoint, since);
  const tree = new TreeReader(ports.hashing, source, checkpoint.size);
  const prunedBefore = await readMinimumIndex(source, checkpoint.size);
  if (since !== undefined && since.size >= prunedBefore) await tree.resume(since);
  else if (since !== undefined && since.size > 0)
    throw new LogFault(
      'pruned',
      `The log was pruned up to leaf ${prunedBefore}, and was verified up to leaf ${since.size} before: what is between cannot be verified any more. Verify it again without the state file.`,
      since.size,
    );
  else if (prunedBefore > 0) await tree.beginAfter(prunedBefore);
  const start = tree.size;
  for (let start = tree.size; start < checkpoint.size; start = tree.size) {
    await tree.readBundle((index, leaf) => {
      succession?.grown(tree.range);
      if (since === undefined || index >= since.size) options.onLeaf?.(index, leaf);
    }, since);
    options.onProgress?.(tree.size, checkpoint.size);
  }
  await tree.finish();
  const root = rangeRoot(ports.hashing, tree.range);
  if (!equalBytes(root, checkpoint.root))
    throw new LogFault('wrong_root', 'The leaves and tiles do not lead to the root that was signed.');
  const followed = await succession?.finish(checkpoint, note, start);
  const { origin, size } = checkpoint;
  const range = tree.range.nodes.map(encodeBase64);
  const point = { origin, size, root: encodeBase64(root), range, keys: followed?.keys };
  return { checkpoint, note, point, succession: followed, start, prunedBefore };
}

/**
 * How many leaves at the beginning the log no longer gives (C2SP tlog-tiles, Pruning), without what is left of their last
 * bundle. `minimum-index` is a decimal number and a newline; a log without such a file has all its leaves.
 */
async function readMinimumIndex(source: LogSource, size: number): Promise<number> {
  const text = new TextDecoder().decode(await source.read('minimum-index'));
  const minimum = text.endsWith('\n') ? (parseDecimal(text.slice(0, -1)) ?? 0) : 0;
  if (minimum > size)
    throw new LogFault('pruned', `The log says that it pruned ${minimum} leaves, and has only ${size}.`);
  return minimum - (minimum % TILE_WIDTH);
}

/** Reads the checkpoint. Unless a succession verifies who signed it, one of the keys must have. */
async function readCheckpoint(check: Ed25519Check, source: LogSource, keys: VerifyOptions['keys']) {
  const bytes = await source.read('checkpoint');
  if (bytes === undefined) throw new LogFault('checkpoint', 'There is no checkpoint.');
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!('finish' in keys)) return await openCheckpoint(check, text, keys);
    const note = parseNote(text);
    return { checkpoint: parseCheckpoint(note.text), note };
  } catch (cause) {
    if (!(cause instanceof AuditLogError) && !(cause instanceof TypeError)) throw cause;
    throw new LogFault('checkpoint', cause.message, undefined, { cause });
  }
}

function requireLater(checkpoint: Checkpoint, since: VerifiedPoint): void {
  if (checkpoint.origin !== since.origin)
    throw new LogFault('invalid_state', `The state file is of another log: ${since.origin}.`);
  if (checkpoint.size < since.size)
    throw new LogFault('rolled_back', `The log has ${checkpoint.size} leaves, and had ${since.size} before.`);
  if (checkpoint.size === since.size && encodeBase64(checkpoint.root) !== since.root)
    throw new LogFault('forked', `The log shows another root for ${since.size} leaves than before.`);
}

/** Reads a log from its leaves upward, and compares every tile with what is below it. */
class TreeReader {
  range: CompactRange = EMPTY_RANGE;
  /** For each level of tiles, the hashes of the tile that is not full yet. */
  readonly #open: Uint8Array[][] = [[]];

  constructor(
    private readonly hashing: Hashing,
    private readonly source: LogSource,
    private readonly total: number,
  ) {}

  get size(): number {
    return this.range.size;
  }

  /** Begins after the last full bundle that was verified before. The leaves behind it are read again. */
  async resume(since: VerifiedPoint): Promise<void> {
    const size = since.size - (since.size % TILE_WIDTH);
    const nodes = since.range.map((text) => decodeBase64(text) ?? new Uint8Array(0));
    const subtrees = completeSubtrees(0, since.size);
    const isWhole = nodes.length === subtrees.length && nodes.every(({ length }) => length === 32);
    // A range that does not lead to its own root was damaged on this side: the log is not to blame.
    const root = isWhole ? rangeRoot(this.hashing, { size: since.size, nodes }) : undefined;
    if (root === undefined || encodeBase64(root) !== since.root)
      throw new LogFault(
        'invalid_state',
        'The state file is damaged. Verify the whole log again without it.',
      );
    const wide = subtrees.filter(({ level }) => level >= TILE_HEIGHT).length;
    this.range = { size, nodes: nodes.slice(0, wide) };
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
    const nodes: Uint8Array[] = [];
    for (const node of completeSubtrees(0, size)) {
      const tile = tileOfNode(node, this.total);
      nodes.push(nodeInTile(this.hashing, node, await this.readTile(tile)));
    }
    this.range = { size, nodes };
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

  /** Reads the next bundle, and the tile of hashes beside it. */
  async readBundle(
    onLeaf: (index: number, leaf: Uint8Array) => void,
    since: VerifiedPoint | undefined,
  ): Promise<void> {
    const start = this.size;
    const index = start / TILE_WIDTH;
    const width = Math.min(TILE_WIDTH, this.total - start);
    const leaves = await this.readLeaves({ level: 'entries', index, width });
    const tile = hashesOf(await this.readTile({ level: 0, index, width }));
    const hashes: Uint8Array[] = [];
    for (const [at, leaf] of leaves.entries()) {
      const hash = leafHash(this.hashing, leaf);
      if (!equalBytes(hash, tile[at] as Uint8Array))
        throw new LogFault(
          'changed_leaf',
          `Leaf ${start + at} does not have the hash that the log gives for it.`,
          start + at,
        );
      hashes.push(hash);
      this.range = appendLeaf(this.hashing, this.range, hash);
      if (since !== undefined && this.size === since.size) this.requireSame(since);
      onLeaf(start + at, leaf);
    }
    await this.requirePartials({ level: 0, index }, hashes);
    this.#open[0] = hashes;
    await this.close(0, index);
  }

  private requireSame(since: VerifiedPoint): void {
    if (encodeBase64(rangeRoot(this.hashing, this.range)) !== since.root)
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

  private async readLeaves(tile: TileId): Promise<Uint8Array[]> {
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

  private async readTile(tile: TileId): Promise<Uint8Array> {
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
