import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Deps,
  type KnownCheckpoint,
  publishedKeys,
  type RestoredLog,
  restoreLogs,
  sizesInBackup,
} from '@countersign/access';
import {
  AuditLogError,
  ed25519Key,
  encodeBase64,
  LogFault,
  LogSuccession,
  logOrigin,
  openCheckpoint,
  parseCheckpoint,
  parseLogOrigin,
  parseNote,
  type VerifierKey,
  verifyLog,
} from '@countersign/audit-log';
import { nodeEd25519, nodeHashing } from '@countersign/authorization';
import { readAtMost } from '@countersign/gateway-protocol';
import { z } from 'zod';
import type { Answer, Context } from '../command/context.js';
import { CliError, cannotOpenError } from '../command/errors.js';
import { FolderLog } from '../log/log-source.js';
import { firstDifference, type TreeHashes } from '../log/tree-difference.js';
import { withStore } from './database.js';

export type RestoreOptions = { checkpoint: readonly string[] };

/** A witness of many logs has a large one. */
const MAX_BYTES = 64 * 2 ** 20;

/**
 * Opens a new epoch after the database was restored from a backup: of the feed, without which gateways that have received more
 * than the backup holds refuse every call, and of every log, whose first leaf says what was lost.
 *
 * @throws CliError `cannot_open` (exit 2), `invalid_checkpoint`
 */
export async function restore(context: Context, { checkpoint }: RestoreOptions): Promise<Answer> {
  const restored = await withStore(context, {}, async ({ deps }) => {
    const keys = await logKeys(deps);
    const found: Found[] = [];
    for (const path of checkpoint) found.push(...(await readCheckpoints(path, deps, keys)));
    const known = await knownCheckpoints(deps, [...found, ...(await seenCheckpoints(deps, keys))]);
    for (const log of await grownLogs(deps)) if (!known.some((each) => each.log === log.log)) known.push(log);
    return restoreLogs(deps, known, (log, epoch) => logOrigin(deps.store.deployment, log, epoch));
  });
  const lost = restored.logs.filter((log) => log.lost > 0);
  const text = [
    `The feed is in epoch ${restored.epoch} now; gateways accept it as soon as a broker runs.`,
    'Decisions since the backup are lost: stop again what was stopped, and revoke again the keys that were revoked',
    '(API keys, signing keys, gateways). Grants that a gateway saw end stay dead at that gateway.',
    `Every log continues as ${logOrigin('dep_…', '<slug>', restored.epoch)}, and its next leaf says so. Witnesses need the new origin.`,
    ...(lost.length === 0 ? ['No checkpoint is known of leaves that the backup lacks.'] : lost.map(lostText)),
  ].join('\n');
  return { document: restored, text };
}

const lostText = ({ log, kept, lost, previous }: RestoredLog): string =>
  kept === 0 && previous.size > 0
    ? `${log}: nothing shows that leaves of its last checkpoint (${previous.size} leaves) were kept. A mirror of it would.`
    : `${log}: ${lost} of ${previous.size} leaves are lost.`;

/** A checkpoint that the log's own key signed; the mirror that has its leaves, if one was given; whether a broker was shown it. */
type Found = Omit<KnownCheckpoint, 'kept'> & { mirror?: FolderLog; wasSeen?: true };

/** Public halves of the logs' keys that were not withdrawn. Keys that have ended verify what they signed. */
async function logKeys({ store }: Deps): Promise<Uint8Array[]> {
  const keys = await store.signingKeys.read((unit) => unit.keys.list('log'));
  const valid = publishedKeys(
    keys.map((key) => ({ ...key, retiresAt: null })),
    new Date(0),
  );
  return valid.map(({ publicJwk }) => Buffer.from(String(publicJwk['x']), 'base64url'));
}

const keysOf = (name: string, publicKeys: readonly Uint8Array[]): VerifierKey[] =>
  publicKeys.map((publicKey) => ed25519Key(nodeHashing, name, publicKey));

/** The checkpoints in a mirror's folder, in a witness's `witnessed.json`, or in a file with one signed checkpoint. */
async function readCheckpoints(path: string, deps: Deps, keys: readonly Uint8Array[]): Promise<Found[]> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    (error: unknown) => {
      throw cannotOpenError(path, error);
    },
  );
  const file = isFolder ? join(path, 'checkpoint') : path;
  const text = await readAtMost(file, MAX_BYTES).catch((error: unknown) => {
    throw cannotOpenError(file, error);
  });
  try {
    if (isFolder) return [await fromMirror(new FolderLog(path), text, deps, keys)];
    const notes = text.startsWith('{') ? witnessedNotes(text) : [text];
    return await Promise.all(notes.map((note) => fromNote(note, deps, keys)));
  } catch (cause) {
    if (!(cause instanceof AuditLogError || cause instanceof LogFault || cause instanceof SyntaxError))
      throw cause;
    throw new CliError(
      'invalid_checkpoint',
      `${path} has no checkpoint that a log of this database signed: ${cause.message}`,
      { cause },
    );
  }
}

const witnessedSchema = z.record(z.string(), z.object({ note: z.string().optional() }));

/** The checkpoints in the file of `countersign witness`. Earlier versions stored no notes, so nothing is read from their files. */
const witnessedNotes = (text: string): string[] => {
  const parsed = witnessedSchema.safeParse(JSON.parse(text));
  if (!parsed.success) throw new SyntaxError('it is not the witnessed.json of a witness');
  return Object.values(parsed.data).flatMap(({ note }) => note ?? []);
};

async function fromNote(text: string, deps: Deps, keys: readonly Uint8Array[]): Promise<Found> {
  const { origin } = parseCheckpoint(parseNote(text).text);
  return toFound(deps, (await openCheckpoint(nodeEd25519, text, keysOf(origin, keys))).checkpoint);
}

/** Verifies the whole mirror: it may have followed the log to a key that the backup does not have. */
async function fromMirror(
  mirror: FolderLog,
  text: string,
  deps: Deps,
  keys: readonly Uint8Array[],
): Promise<Found> {
  const { origin } = parseCheckpoint(parseNote(text).text);
  const ports = { hashing: nodeHashing, check: nodeEd25519 };
  const { checkpoint } = await verifyLog(ports, mirror, {
    keys: new LogSuccession(ports, keysOf(origin, keys)),
  });
  return { ...toFound(deps, checkpoint), mirror };
}

function toFound(
  { store }: Deps,
  { origin, size, root }: { origin: string; size: number; root: Uint8Array },
): Found {
  const name = parseLogOrigin(origin);
  if (name === undefined || name.deployment !== store.deployment)
    throw new AuditLogError('wrong_origin', `${origin} is of another deployment`);
  return { log: name.slug, origin, epoch: name.epoch, size, root: encodeBase64(root) };
}

/** The checkpoints that made running brokers stop a log, because it does not continue them. */
async function seenCheckpoints(deps: Deps, keys: readonly Uint8Array[]): Promise<Found[]> {
  const notes = await deps.store.checkpoints.read(async ({ checkpoints }) => {
    const logs = await checkpoints.stopped(Number.MAX_SAFE_INTEGER);
    const seen = await Promise.all(logs.map((log) => checkpoints.seen(log)));
    return seen.flatMap((each) => each?.note ?? []);
  });
  // A damaged checkpoint, or one whose key was withdrawn since, must not keep the operator from restoring.
  const all = await Promise.allSettled(notes.map((note) => fromNote(note, deps, keys)));
  return all.flatMap((each) =>
    each.status === 'fulfilled' ? [{ ...each.value, wasSeen: true as const }] : [],
  );
}

/**
 * The logs that brokers have written to since they were started on the backup, as the backup has them. What was written since then
 * stays, and is not of the backup: those who followed the log may have other leaves at these places.
 */
async function grownLogs(deps: Deps): Promise<KnownCheckpoint[]> {
  const grown: KnownCheckpoint[] = [];
  for (const [log, size] of await sizesInBackup(deps)) {
    const { head, rootAt } = await ownLog(deps, log);
    const root = await rootAt(size);
    const origin = logOrigin(deps.store.deployment, log, head.epoch);
    if (root !== undefined && size < head.size)
      grown.push({ log, origin, epoch: head.epoch, size, root, kept: size });
  }
  return grown;
}

/**
 * For each log the largest checkpoint that the database does not continue, and how many of its leaves are proven to be kept.
 */
async function knownCheckpoints(deps: Deps, all: readonly Found[]): Promise<KnownCheckpoint[]> {
  const sizes = await sizesInBackup(deps);
  const known: KnownCheckpoint[] = [];
  for (const log of new Set(all.map((each) => each.log))) {
    const { head } = await ownLog(deps, log);
    const ofLog = all.filter((each) => each.log === log && each.epoch >= head.epoch);
    const [largest] = ofLog.toSorted((a, b) => b.epoch - a.epoch || b.size - a.size);
    if (largest === undefined) continue;
    // If brokers were shown a checkpoint, they have written to the restored database. Its leaves may then not be those of the lost log.
    const unknown = { most: ofLog.some(({ wasSeen }) => wasSeen) ? 0 : head.size, isExact: false };
    const size = sizes.get(log);
    const inBackup = size === undefined ? unknown : { most: size, isExact: true };
    const keptSize = Math.max(...(await Promise.all(ofLog.map((each) => keptOf(deps, each, inBackup)))));
    const { mirror: _mirror, wasSeen: _wasSeen, ...checkpoint } = largest;
    if (keptSize < checkpoint.size) known.push({ ...checkpoint, kept: keptSize });
  }
  return known;
}

/**
 * How many of a checkpoint's first leaves the database still has. A mirror shows each leaf. A checkpoint alone shows all of its
 * leaves or none. If the backup has too few leaves to compare, or has pruned them, all that it has count as kept.
 */
async function keptOf(
  deps: Deps,
  { log, epoch, size, root, mirror }: Found,
  inBackup: { most: number; isExact: boolean },
): Promise<number> {
  const { head, rootAt } = await ownLog(deps, log);
  if (mirror !== undefined) return commonLeaves(deps, log, mirror, size, head.size);
  const own = await rootAt(size);
  if (own === root) return size;
  const isOther = own !== undefined && !inBackup.isExact;
  return isOther || epoch !== head.epoch ? 0 : Math.min(size, inBackup.most);
}

const ownLog = async ({ store }: Deps, log: string) => ({
  head: await store.readForTenant(log, ({ events }) => events.head()),
  rootAt: (size: number) => store.readForTenant(log, ({ events }) => events.rootAt(size)),
});

/** How many leaves are the same in the database and in a mirror, from the first on. */
async function commonLeaves(
  { store }: Deps,
  log: string,
  mirror: FolderLog,
  mirrored: number,
  size: number,
): Promise<number> {
  const most = Math.min(mirrored, size);
  const own: TreeHashes = (level, from, to) =>
    store.readForTenant(log, ({ events }) => events.hashes(level, from, to));
  return (await firstDifference(own, mirror.hashes(mirrored), most)) ?? most;
}
