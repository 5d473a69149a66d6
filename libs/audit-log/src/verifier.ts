import { type Hashing, TILE_WIDTH } from '@countersign/contract';
import { encodeBase64, equalBytes, parseDecimal } from './bytes.js';
import { type Checkpoint, openCheckpoint, parseCheckpoint } from './checkpoint.js';
import { AuditLogError } from './errors.js';
import { HashTile, proofFromTiles } from './hash-tile.js';
import { LogFault } from './log-fault.js';
import { type Ed25519Check, type Note, parseNote, type VerifierKey } from './note.js';
import { consistencySteps, inclusionSteps, verifyConsistency, verifyInclusion } from './proofs.js';
import type { LogSuccession, Succession } from './succession.js';
import type { TileId } from './tiles.js';
import { emptyTreeHash, leafHash, rangeRoot } from './tree.js';
import { type LogSource, requireWholeRange, TreeReader, type VerifiedPoint } from './tree-reader.js';

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
  /**
   * Called with the first leaf that will be read (0, unless earlier ones were verified before, or were pruned), and the checkpoint
   * whose leaves they have to be.
   */
  onStart?: ((start: number, checkpoint: Checkpoint) => void) | undefined;
  /**
   * Called with each new leaf in its order; with all of them if the log was restored since the earlier run. It may throw a
   * LogFault of its own. The walk waits for its promise.
   */
  onLeaf?: ((index: number, leaf: Uint8Array) => void | Promise<void>) | undefined;
  /** Called after each bundle with the number of leaves that are verified. */
  onProgress?: ((done: number, size: number) => void) | undefined;
  /**
   * Called after each bundle but the last with the number of leaves that were read, unless leaves were pruned or the log was
   * restored since the earlier run. `point` gives the tree up to there: nothing
   * has proven yet that the log signed it. The reading waits for the promise.
   */
  onBundle?: ((size: number, point: () => VerifiedPoint) => void | Promise<void>) | undefined;
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
  if (since !== undefined) requireWholeRange(ports.hashing, since);
  const reaches = since !== undefined && since.size >= prunedBefore;
  const isResumed = reaches && options.everyLeaf !== true;
  if (isResumed) await tree.resume(since);
  else if (prunedBefore > 0) {
    await tree.beginAfter(prunedBefore);
    succession?.compare(tree.range());
  }
  const start = tree.size;
  options.onStart?.(start, checkpoint);
  const isWhole = since === options.since && (isResumed || prunedBefore === 0);
  const { onBundle } = options;
  await readBundles(tree, checkpoint, {
    ...{ since, succession, newFrom: isResumed ? since.size : 0, onLeaf: options.onLeaf },
    onBundle: async () => {
      options.onProgress?.(tree.size, checkpoint.size);
      if (!isWhole || tree.size === checkpoint.size) return;
      await onBundle?.(tree.size, () => pointOf(ports.hashing, checkpoint.origin, tree));
    },
  });
  await tree.finish();
  const point = pointOf(ports.hashing, checkpoint.origin, tree);
  if (point.root !== encodeBase64(checkpoint.root))
    throw new LogFault('wrong_root', 'The leaves and tiles do not lead to the root that was signed.');
  const followed = await succession?.finish(checkpoint, note, start);
  return {
    ...{ checkpoint, note, point: { ...point, keys: followed?.keys }, succession: followed, start },
    prunedBefore,
  };
}

function pointOf(hashing: Hashing, origin: string, tree: TreeReader): VerifiedPoint {
  const range = tree.range();
  const root = encodeBase64(rangeRoot(hashing, range));
  return { origin, size: tree.size, root, range: range.nodes.map(encodeBase64) };
}

/** Reads the bundles that are left, and gives each leaf from `newFrom` on. */
async function readBundles(
  tree: TreeReader,
  { size }: Checkpoint,
  run: {
    since: VerifiedPoint | undefined;
    succession: LogSuccession | undefined;
    newFrom: number;
    onLeaf: VerifyOptions['onLeaf'];
    onBundle: () => Promise<void>;
  },
): Promise<void> {
  for (let first = tree.size; first < size; first = tree.size) {
    const leaves = await tree.readBundle(run.since, run.succession);
    for (const [at, leaf] of leaves.entries())
      if (run.onLeaf !== undefined && first + at >= run.newFrom) {
        const later = run.onLeaf(first + at, leaf);
        if (later !== undefined) await later;
      }
    await run.onBundle();
  }
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
 * Reads one leaf again, and proves that it is the leaf of the tree at this index. So the source cannot answer differently than it
 * does to others.
 *
 * @param verified the checkpoint that the log signed
 * @throws LogFault `missing_tile`, `wrong_length`, `changed_leaf`
 */
export async function provenLeaf(
  hashing: Hashing,
  source: LogSource,
  index: number,
  verified: Pick<Checkpoint, 'size' | 'root'>,
): Promise<Uint8Array> {
  const reader = new TreeReader(hashing, source, verified.size);
  const bundle = Math.floor(index / TILE_WIDTH);
  const leaf = (await reader.leavesOf(bundle))[index % TILE_WIDTH] as Uint8Array;
  const read = async (tile: TileId) => new HashTile(hashing, await reader.readTile(tile));
  const proof = await proofFromTiles(hashing, inclusionSteps(index, verified.size), verified.size, read);
  const { size, root } = verified;
  try {
    verifyInclusion(hashing, { leaf: leafHash(hashing, leaf), index, size, root, proof });
    return leaf;
  } catch (cause) {
    if (!(cause instanceof AuditLogError)) throw cause;
    throw new LogFault('changed_leaf', `Leaf ${index} is not the one that the log has signed.`, index, {
      cause,
    });
  }
}

/**
 * How many leaves at the beginning the log no longer gives (C2SP tlog-tiles, Pruning), without what is left of their last
 * bundle. `minimum-index` is a decimal number and a newline; a log without such a file has all its leaves.
 */
async function readMinimumIndex(source: LogSource, size: number): Promise<number> {
  const bytes = await source.read('minimum-index');
  if (bytes === undefined) return 0;
  const text = new TextDecoder().decode(bytes);
  const minimum = text.endsWith('\n') ? parseDecimal(text.slice(0, -1)) : undefined;
  if (minimum === undefined)
    throw new LogFault('pruned', 'The file minimum-index is not a decimal number and a newline.');
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
