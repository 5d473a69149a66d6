import { type Hashing, TILE_WIDTH } from '@countersign/contract';
import { decodeBase64, encodeBase64, equalBytes, parseDecimal } from './bytes.js';
import { type Checkpoint, openCheckpoint, parseCheckpoint } from './checkpoint.js';
import { AuditLogError } from './errors.js';
import { HashTile, proofFromTiles } from './hash-tile.js';
import { type Ed25519Check, type Note, parseNote, type VerifierKey } from './note.js';
import { completeSubtrees, consistencySteps, verifyConsistency } from './proofs.js';
import type { LogSuccession, Succession } from './succession.js';
import { decodeBundle, hashesOf, subtreeRoot, TILE_HEIGHT, type TileId, tilePath } from './tiles.js';
import { type CompactRange, emptyTreeHash, leafHash, nodeHash, rangeRoot } from './tree.js';

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
 * Why a log does not verify, with the place of the fault. Verifiers that read what the leaves say have codes of their own.
 */
export class LogFault<Code extends string = LogFaultCode> extends Error {
  constructor(
    readonly code: Code,
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
  /** A tile or bundle does not have the length that the size of the log requires. */
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
  /** Read every leaf from the first on, also those that an earlier run has verified. */
  everyLeaf?: boolean | undefined;
  /** Called with the first leaf that will be read: 0, unless earlier ones were verified before, or were pruned. */
  onStart?: ((start: number) => void) | undefined;
  /**
   * Called with each new leaf in its order; with all of them if the log was restored since the earlier run. It may throw a
   * LogFault of its own. The walk waits for its promise.
   */
  onLeaf?: ((index: number, leaf: Uint8Array) => void | Promise<void>) | undefined;
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
  // Also if the log was restored since: the leaves that it kept are compared with this state.
  const before = options.since?.size ?? 0;
  if (before > 0 && before < prunedBefore)
    throw new LogFault(
      'pruned',
      `The log was pruned up to leaf ${prunedBefore}, and was verified up to leaf ${before} before: what is between cannot be verified any more. Verify it again without the state file.`,
      before,
    );
  const reaches = since !== undefined && since.size >= prunedBefore;
  const isResumed = reaches && options.everyLeaf !== true;
  if (isResumed) await tree.resume(since);
  else if (prunedBefore > 0) {
    await tree.beginAfter(prunedBefore);
    succession?.compare(tree.range());
  }
  const start = tree.size;
  options.onStart?.(start);
  const newFrom = isResumed ? since.size : 0;
  for (let first = start; first < checkpoint.size; first = tree.size) {
    const leaves = await tree.readBundle(since, succession);
    for (const [at, leaf] of leaves.entries())
      if (options.onLeaf !== undefined && first + at >= newFrom) {
        const later = options.onLeaf(first + at, leaf);
        if (later !== undefined) await later;
      }
    options.onProgress?.(tree.size, checkpoint.size);
  }
  await tree.finish();
  const range = tree.range();
  const root = rangeRoot(ports.hashing, range);
  if (!equalBytes(root, checkpoint.root))
    throw new LogFault('wrong_root', 'The leaves and tiles do not lead to the root that was signed.');
  const followed = await succession?.finish(checkpoint, note, start);
  const { origin, size } = checkpoint;
  const nodes = range.nodes.map(encodeBase64);
  const point = { origin, size, root: encodeBase64(root), range: nodes, keys: followed?.keys };
  return { checkpoint, note, point, succession: followed, start, prunedBefore };
}

/**
 * Checks that the tree had this root at an earlier size: a statement or another log names it. The tiles are read again, and
 * their hashes have to lead to both roots, so the source cannot answer differently this time.
 *
 * @param verified the checkpoint that `verifyLog` found
 * @throws LogFault `missing_tile`, `wrong_length`
 * @returns false if it had another root
 */
export async function hadRoot(
  hashing: Hashing,
  source: LogSource,
  earlier: { size: number; root: Uint8Array },
  verified: Pick<Checkpoint, 'size' | 'root'>,
): Promise<boolean> {
  if (earlier.size > verified.size) return false;
  if (earlier.size === 0) return equalBytes(earlier.root, emptyTreeHash(hashing));
  const steps = consistencySteps(earlier.size, verified.size);
  const reader = new TreeReader(hashing, source, verified.size);
  const read = async (tile: TileId) => new HashTile(hashing, await reader.readTile(tile));
  const proof = await proofFromTiles(hashing, steps, verified.size, read);
  const { size, root } = verified;
  try {
    verifyConsistency(hashing, { oldSize: earlier.size, oldRoot: earlier.root, size, root, proof });
    return true;
  } catch (error) {
    if (!(error instanceof AuditLogError)) throw error;
    return false;
  }
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
    const leaves = await this.readLeaves({ level: 'entries', index, width });
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
