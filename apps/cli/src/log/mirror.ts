import { join } from 'node:path';
import { logEndpoints } from '@countersign/api';
import {
  checkpointOrigin,
  decodeBundle,
  type LeafV1,
  type LogFault,
  type LogSource,
  parseLeaf,
  parseLogOrigin,
  type TileId,
  tilePath,
  tileWidth,
  type VerifiedLog,
  type VerifierKey,
} from '@countersign/audit-log';
import { nodeHashing } from '@countersign/authorization';
import { readCliEnvironment } from '@countersign/config';
import { isSealedLog, TILE_WIDTH } from '@countersign/contract';
import { verifyOpenings } from '@countersign/log-verifier';
import { fetchMe } from '../api/people.js';
import type { Answer, Context } from '../command/context.js';
import { CliError, usageError } from '../command/errors.js';
import { Progress } from '../terminal/progress.js';
import { formatFacts } from '../terminal/text.js';
import { FolderLog, type HttpLog, httpLog, readIfThere } from './log-source.js';
import { NEXT_EPOCH_FOLDER, replaceEpoch, requireKept } from './mirror-epochs.js';
import { MirroredOpenings } from './mirrored-openings.js';
import { DEPLOYMENT_FOLDER, LOGS_OF_NO_TENANT, OPENINGS_WANTED } from './replay.js';
import {
  chooseKey,
  faultError,
  isFault,
  pruningText,
  type RestoredLog,
  readPoint,
  readVerifierKey,
  acceptRestored as requireAccepted,
  requireKnown,
  restoredFacts,
  saveFile,
  verifyWithProgress,
  writePoint,
} from './verification.js';

export type MirrorOptions = {
  tenant?: string;
  vkey?: string;
  /** The anchor file: the keys of the tenant's log and of the deployment's, which are then not the broker's word. */
  anchor?: string;
  openings: boolean;
  acceptRestored?: true;
};

/** What a run copies of one log. `vkey` is the key that must sign it. */
type LogOptions = Pick<MirrorOptions, 'vkey' | 'openings' | 'acceptRestored'>;

const STATE = 'state.json';
const KEY = 'vkey';
const MINIMUM_INDEX = 'minimum-index';
/** The newest checkpoint that each witness has cosigned. */
const COSIGNED = 'cosigned';

/**
 * Copies a log into a folder and verifies it on the way: hashes, signatures, and the values behind commitments. A further run
 * fetches only the tiles that are new, and verifies all of them; a run that was interrupted keeps the tiles that it has. Nothing of
 * a log whose leaves do not verify becomes the folder's checkpoint. If only a value does not open its commitment, or is missing, the
 * copy is completed and the run ends with that fault. Several runs may share a folder: every file is replaced as a whole.
 *
 * @throws CliError with the code of the first fault (exit 1); `cannot_open`, `cannot_write` (exit 2); `unknown_event` (exit 4), after the
 *   copy is complete
 */
export async function mirrorLog(context: Context, folder: string, options: MirrorOptions): Promise<Answer> {
  const { openings, acceptRestored } = options;
  const { vkey, deploymentVkey, tenant } = await keysOf(options);
  const slug = await chooseLog(context, tenant);
  const common = { openings, ...(acceptRestored === undefined ? {} : { acceptRestored }) };
  const own = await mirrorOne(context, folder, slug, { ...common, ...vkey });
  const { verified, restored, added } = own;
  const mirrored = [own];
  for (const sealed of await sealedLogsOf(context, slug))
    mirrored.push(await mirrorOne(context, join(folder, sealed), sealed, common));
  // After it, so that it has everything that the tenant's log depends on: the vendor's people, policy and gateways.
  if (!LOGS_OF_NO_TENANT.has(slug)) {
    const keys = { ...common, ...deploymentVkey };
    mirrored.push(await mirrorOne(context, join(folder, DEPLOYMENT_FOLDER), DEPLOYMENT_FOLDER, keys));
  }
  // The copies are complete, so the next run goes on, and the customer keeps what it had.
  const fault = mirrored.map((each) => each.fault).find((each) => each !== undefined);
  if (fault !== undefined) throw faultError(fault);
  requireKnown(mirrored.map((each) => each.verified.unknown));
  const pruning = pruningText(verified);
  const { origin, size, root } = verified.point;
  const { prunedBefore } = verified;
  return {
    document: { verified: true, folder, origin, size, root, added, prunedBefore, restored },
    text: formatFacts([
      ['verified', 'yes'],
      ['folder', folder],
      ['log', origin],
      ['leaves', `${size} (${added} new)`],
      ['root', root],
      ...restoredFacts(restored),
      ...(pruning === undefined ? [] : [['pruned', pruning] as [string, string]]),
    ]),
  };
}

/**
 * The keys that are given, and whose log they are of. The key on the command line is that of the tenant's log.
 *
 * @throws CliError `anchor_differs` if the anchor file is of another tenant, or has another key; those of `readAnchorFile`
 */
async function keysOf({ vkey, anchor: file, tenant }: MirrorOptions): Promise<{
  vkey: { vkey?: string };
  deploymentVkey: { vkey?: string };
  tenant: string | undefined;
}> {
  if (file === undefined) return { vkey: vkey === undefined ? {} : { vkey }, deploymentVkey: {}, tenant };
  const { key, anchor } = await chooseKey({ anchor: file, ...(vkey === undefined ? {} : { vkey }) });
  if (anchor === undefined || (tenant !== undefined && tenant !== anchor.tenant))
    throw new CliError(
      'anchor_differs',
      `${file} is the anchor file of ${anchor?.tenant}, not of ${tenant}.`,
    );
  const { deploymentVkey } = anchor;
  return {
    vkey: { vkey: vkey ?? anchor.vkey },
    deploymentVkey: deploymentVkey === undefined ? {} : { vkey: deploymentVkey },
    tenant: parseLogOrigin(key.name)?.slug ?? anchor.tenant,
  };
}

async function mirrorOne(
  context: Context,
  folder: string,
  slug: string,
  options: LogOptions,
): Promise<{
  verified: Awaited<ReturnType<typeof verifyWithProgress>>;
  restored: RestoredLog | null;
  added: number;
  fault: LogFault<string> | undefined;
}> {
  const { brokerUrl } = readCliEnvironment(context.io.env);
  const remote = httpLog(context, `${brokerUrl}/log/${slug}`);
  const key = await pinnedKey(context, folder, remote, options.vkey);
  const since = await readPoint(join(folder, STATE));
  const isNewEpoch =
    since !== undefined && checkpointOrigin(await remote.read('checkpoint')) !== since.origin;
  const target = isNewEpoch ? join(folder, NEXT_EPOCH_FOLDER) : folder;
  const { verified, source } = await verifyMirror(context, target, remote, {
    key,
    since,
    structureOnly: false,
  });
  const { point } = verified;
  const restored = requireAccepted(verified, options.acceptRestored === true);
  if (isNewEpoch) await requireKept(folder, since, target, verified);
  const known = isNewEpoch ? 0 : (since?.size ?? 0);
  let fault: LogFault<string> | undefined;
  if (options.openings) {
    // Openings that lie beside files that did not fit, or that may be of another epoch, are fetched again.
    const resume = source.reuses && !isNewEpoch;
    fault = await mirrorOpenings(context, slug, {
      ...{ folder: target, remote, verified: source.verified, from: known, resume, size: point.size },
      ...{ log: verified, isComplete: !LOGS_OF_NO_TENANT.has(slug) },
    });
    // A server that gives none is not taken for a folder that wants none: then "log verify" would not ask for them.
    await saveFile(join(target, OPENINGS_WANTED), `${point.size}\n`);
  }
  await source.keepCheckpoint();
  // What "log verify" has replayed with this state is kept as long as nothing is new.
  await writePoint(join(target, STATE), since?.size === point.size && !isNewEpoch ? since : point);
  if (isNewEpoch) await replaceEpoch(folder, since.origin);
  return { verified, restored, added: point.size - known, fault };
}

/**
 * Copies the values behind the commitments, and checks those of every leaf that the folder has: the server may have changed or
 * deleted one since an earlier run.
 */
async function mirrorOpenings(
  { io }: Context,
  slug: string,
  { log, ...options }: ConstructorParameters<typeof MirroredOpenings>[0] & { log: VerifiedLog },
): Promise<LogFault<string> | undefined> {
  const { verified, size, isComplete } = options;
  const { start, checkpoint } = log;
  const progress = new Progress(io);
  let done = start;
  progress.waiting(() => `values of ${done} of ${size} leaves of ${slug}`);
  async function* counted() {
    for await (const leaf of leavesOf(verified, start, size)) {
      done = leaf.seq;
      yield leaf;
    }
  }
  try {
    const openings = new MirroredOpenings(options);
    const log = { start, checkpoint, isComplete, now: () => io.now() };
    return await verifyOpenings(nodeHashing, openings, counted(), log);
  } finally {
    progress.end();
  }
}

/** The logs of access under a gag that the tenant's log has heads of. */
async function sealedLogsOf(context: Context, slug: string): Promise<string[]> {
  if (LOGS_OF_NO_TENANT.has(slug)) return [];
  const api = await context.api();
  const names = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await api.call(logEndpoints.events, {
      params: { slug },
      query: new URLSearchParams({ type: 'demand.accessed', ...(cursor === undefined ? {} : { cursor }) }),
    });
    for (const { data } of page.items) names.add(String(data['log']));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return [...names].filter(isSealedLog);
}

/** The caller's own tenant. The vendor's auditors say which. */
export async function chooseLog(context: Context, tenant: string | undefined): Promise<string> {
  if (tenant !== undefined) return tenant;
  const me = await fetchMe(await context.api());
  if (me.tenant === null) throw usageError('say whose log: --tenant SLUG');
  return me.tenant;
}

/**
 * The key that this folder trusts: the one it was begun with. It is kept only if it is a key, because the folder could not
 * be used with anything else.
 */
async function pinnedKey(
  context: Context,
  folder: string,
  remote: HttpLog,
  vkey: string | undefined,
): Promise<VerifierKey> {
  const file = join(folder, KEY);
  const known = (await readIfThere(file))?.toString('utf8').trim();
  if (known !== undefined && vkey !== undefined && vkey.trim() !== known && !(await isLearned(folder, vkey)))
    throw new CliError('vkey_differs', `The key is not the one that ${file} was begun with.`);
  if (known !== undefined) return readVerifierKey(known);
  const text = (vkey ?? Buffer.from((await remote.read('vkey')) ?? []).toString('utf8')).trim();
  const key = readVerifierKey(text);
  if (vkey === undefined)
    context.note(
      `This is the first run, so the key is the one that the broker gives. Compare it with your anchor file:\n  ${text}`,
    );
  await saveFile(file, `${text}\n`);
  return key;
}

/** Whether an earlier run has found that the log handed over to this key. */
const isLearned = async (folder: string, vkey: string): Promise<boolean> =>
  (await readPoint(join(folder, STATE)))?.keys?.includes(vkey.trim()) === true;

type Verified = { verified: Awaited<ReturnType<typeof verifyWithProgress>>; source: MirroringLog };

/**
 * Verifies with the files that the folder has, and fetches the others. If that fails, a file of the folder may be at fault
 * and not the log: an earlier run may have received something else, or the disk may be damaged. Then the server's files
 * alone decide, and replace those of the folder.
 */
async function verifyMirror(
  context: Context,
  folder: string,
  remote: HttpLog,
  options: Parameters<typeof verifyWithProgress>[2],
): Promise<Verified> {
  const verify = async (source: MirroringLog): Promise<Verified> => {
    return { verified: await verifyWithProgress(context.io, source, options), source };
  };
  const isBegun = (await readIfThere(join(folder, STATE))) !== undefined;
  const source = new MirroringLog(folder, remote, { reuse: true, isBegun });
  try {
    return await verify(source);
  } catch (error) {
    if (!isFault(error) || !source.hasReused) throw error;
    context.note(
      `A file in ${folder} does not fit (${(error as CliError).detail}) The log is read from its server again.`,
    );
  }
  return verify(new MirroringLog(folder, remote, { reuse: false, isBegun }));
}

/** A log that is read from its server and kept in a folder. Tiles never change: one that is there is not fetched again. */
class MirroringLog implements LogSource {
  readonly #local: FolderLog;
  readonly #isBegun: boolean;
  #checkpoint: Uint8Array | undefined;
  #cosigned: Uint8Array | undefined;
  readonly #replacements = new Map<string, Uint8Array>();
  /** Whether files of the folder are used, and not fetched. */
  readonly reuses: boolean;
  /** Whether a tile was not fetched because the folder has it. */
  hasReused = false;

  constructor(
    private readonly folder: string,
    private readonly remote: HttpLog,
    { reuse, isBegun }: { reuse: boolean; isBegun: boolean },
  ) {
    this.#local = new FolderLog(folder);
    this.reuses = reuse;
    this.#isBegun = isBegun;
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    if (path === 'checkpoint') {
      // First, so that the checkpoint covers all of these.
      this.#cosigned = await this.remote.read(COSIGNED);
      this.#checkpoint = await this.remote.read(path);
      return this.#checkpoint;
    }
    const local = await this.#local.read(path);
    if (local !== undefined && this.reuses) {
      // A folder has the leaves from where it was begun on, also if the log has pruned more since.
      this.hasReused = true;
      return local;
    }
    const bytes = await this.remote.read(path);
    // A folder that a run has completed without this file has all leaves.
    if (bytes === undefined || (path === MINIMUM_INDEX && this.#isBegun)) return bytes;
    if (local === undefined) await saveFile(join(this.folder, path), bytes);
    // What an earlier run verified is the proof if the log has changed. It is replaced only if the log verifies.
    else if (!local.equals(bytes)) this.#replacements.set(path, bytes);
    return bytes;
  }

  /** The files as the run has verified them. */
  get verified(): LogSource {
    return { read: async (path) => this.#replacements.get(path) ?? this.#local.read(path) };
  }

  partialWidths(tile: Omit<TileId, 'width'>): Promise<number[]> {
    return this.#local.partialWidths(tile);
  }

  /** Last: a folder whose checkpoint is there has everything that it covers. */
  async keepCheckpoint(): Promise<void> {
    for (const [path, bytes] of this.#replacements) await saveFile(join(this.folder, path), bytes);
    if (this.#checkpoint !== undefined) await saveFile(join(this.folder, 'checkpoint'), this.#checkpoint);
    if (this.#cosigned !== undefined) await saveFile(join(this.folder, COSIGNED), this.#cosigned);
  }
}

/** The leaves of a log that was verified, as its folder has them. */
async function* leavesOf(source: LogSource, from: number, to: number): AsyncGenerator<LeafV1> {
  for (let index = Math.floor(from / TILE_WIDTH); index * TILE_WIDTH < to; index += 1) {
    const tile: TileId = { level: 'entries', index, width: tileWidth('entries', index, to) };
    const bundle = await source.read(tilePath(tile));
    for (const bytes of bundle === undefined ? [] : decodeBundle(bundle, tile.width)) yield parseLeaf(bytes);
  }
}
