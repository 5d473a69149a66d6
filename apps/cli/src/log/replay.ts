import { join, resolve } from 'node:path';
import {
  type AnchorFile,
  AuditLogError,
  encodeBase64,
  LogFault,
  type LogSource,
  parseCheckpoint,
  parseLogOrigin,
  parseNote,
  parseTlogPolicy,
  type TlogPolicy,
  type VerifiedPoint,
  type VerifierKey,
  verifierKey,
} from '@countersign/audit-log';
import { nodeCountersignPorts, nodeEd25519, nodeHashing } from '@countersign/authorization';
import { DEPLOYMENT_SLUG } from '@countersign/contract';
import {
  type FollowedLog,
  notWitnessed,
  type ReplayOptions,
  type ReplayReport,
  replaySealedLog,
  replayTenantLog,
  type SealedReplayReport,
  type VerifiedState,
  type Warning,
} from '@countersign/log-verifier';
import { sleep } from '@countersign/runtime';
import type { Context } from '../command/context.js';
import { CliError, cannotOpenError } from '../command/errors.js';
import { Progress } from '../terminal/progress.js';
import { isAddress, logAt, readIfThere } from './log-source.js';
import type { UnfinishedRun } from './unfinished-run.js';
import { faultError, readVerifierKey } from './verification.js';

/** A mirror has the deployment's log in a folder of this name, and a server has it below this one. */
export const DEPLOYMENT_FOLDER = DEPLOYMENT_SLUG;

/** A mirror has this file if it has asked for the openings of all its leaves, whatever the server gave. */
export const OPENINGS_WANTED = 'openings/wanted';

/** Logs that have no grants and calls: only their hashes, signatures and the form of their leaves are verified. */
export const LOGS_OF_NO_TENANT: ReadonlySet<string> = new Set([DEPLOYMENT_FOLDER, 'vendor']);

export type ReplaySettings = {
  key: VerifierKey;
  since: VerifiedState | undefined;
  anchor: AnchorFile | undefined;
  /** A policy file that says whose cosignatures are enough. */
  policy: string | undefined;
  /** Where the deployment's log is, if not beside the tenant's. */
  deployment: string | undefined;
  /** Keeps how far the run has come; undefined if nothing is to be kept. */
  unfinished?: UnfinishedRun | undefined;
  /** The key of the deployment's log. Default: the one in the anchor file, else the one that its place gives. */
  deploymentVkey: string | undefined;
};

const PORTS = {
  hashing: nodeHashing,
  check: nodeEd25519,
  signed: <T>(compute: (ports: typeof nodeCountersignPorts) => T): T => compute(nodeCountersignPorts),
};

/** A witness signs soon after the log. So often the newest checkpoint is read again, after a second each. */
const WITNESS_ATTEMPTS = 5;
const WITNESS_WAIT_MS = 1_000;

/**
 * Verifies a tenant's log with everything that its leaves say, with progress on stderr.
 *
 * @throws CliError with the code of the first fault, and the index of its leaf; `deployment_missing`, `invalid_policy`
 */
export async function replayWithProgress(
  context: Context,
  place: { source: LogSource; path: string; isRemote: boolean },
  options: ReplaySettings,
): Promise<ReplayReport> {
  const { key, since, anchor } = options;
  if ((await place.source.read('checkpoint')) === undefined)
    throw faultError(new LogFault('checkpoint', 'There is no checkpoint.'));
  const deployment = await deploymentLog(context, place, options);
  const policy = await readPolicy(options.policy);
  const openings = place.isRemote || (await hasOpenings(place.path));
  const verifiable: ReplayOptions = {
    ...{ log: { source: place.source, key }, deployment, since, anchor, policy, openings },
    now: () => context.io.now(),
  };
  let report =
    options.unfinished === undefined
      ? await replayOnce(context, verifiable)
      : await replayResumably(context, place.path, verifiable, options.unfinished);
  const isMissing = () => policy !== undefined && !report.witnessed.isQuorum;
  for (let attempt = 1; place.isRemote && isMissing() && attempt < WITNESS_ATTEMPTS; attempt += 1) {
    context.note('The witnesses have not signed the newest checkpoint yet. Reading it again …');
    await sleep(WITNESS_WAIT_MS);
    report = await replayOnce(context, { ...verifiable, since: report.state });
  }
  if (isMissing()) throw faultError(policyNotMet(report));
  // The caller ends with the verdict on leaves of unknown types. They may change who the witnesses are, but not the caller's policy.
  if (report.unknown === null && report.unwitnessed !== null)
    throw faultError(notWitnessed(report.unwitnessed));
  return report;
}

/** What an interrupted run has kept is completed first, with the same checkpoints. Then what is new since is verified. */
async function replayResumably(
  context: Context,
  place: string,
  options: ReplayOptions,
  unfinished: UnfinishedRun,
): Promise<ReplayReport> {
  const { log, deployment, anchor, since, openings } = options;
  const run = {
    ...{ place: isAddress(place) ? place : resolve(place), openings: openings === true },
    ...{
      keys: [log, deployment].map(({ key }) => vkeyOf(key)),
      anchor: anchor ?? null,
      since: since ?? null,
    },
  };
  const onBundle: ReplayOptions['onBundle'] = (size, now) => unfinished.save(size, now);
  const first = await unfinished.resume(run, (interrupted) =>
    replayOnce(context, { ...options, interrupted, onBundle }),
  );
  const isNewest = async ({ source }: FollowedLog, verified: VerifiedPoint) =>
    isCheckpointOf(await source.read('checkpoint'), verified);
  const hasNothingNew = (await isNewest(log, first.point)) && (await isNewest(deployment, first.deployment));
  if (unfinished.resumedAt === null || hasNothingNew) return first;
  // What the interrupted run has verified is known from here on: a log that does not continue it is at fault. The file stays then.
  return replayOnce(context, { ...options, since: first.state });
}

/** Whether a served checkpoint is of exactly these leaves. Its signature is not verified. */
function isCheckpointOf(bytes: Uint8Array | undefined, { origin, size, root }: VerifiedPoint): boolean {
  try {
    const found = parseCheckpoint(parseNote(Buffer.from(bytes ?? []).toString('utf8')).text);
    return found.origin === origin && found.size === size && encodeBase64(found.root) === root;
  } catch (error) {
    if (error instanceof AuditLogError) return false;
    throw error;
  }
}

const vkeyOf = ({ name, publicKey }: VerifierKey): string => verifierKey(nodeHashing, name, publicKey);

async function replayOnce(context: Context, options: ReplayOptions): Promise<ReplayReport> {
  const progress = new Progress(context.io);
  let line = 'reading the checkpoint …';
  progress.waiting(() => line);
  const goesOnAt = options.interrupted?.point.size ?? 0;
  try {
    return await replayTenantLog(PORTS, {
      ...options,
      onProgress: (what, done, size) => {
        const log = what === 'deployment' ? ' of the deployment’s log' : '';
        const isKnown = what === 'tenant' && done <= goesOnAt;
        const end = isKnown ? `hashed again, going on at leaf ${goesOnAt}` : 'verified';
        line = `${progressBar(done, size)} ${done} of ${size} leaves${log} ${end}`;
      },
    });
  } catch (error) {
    if (error instanceof LogFault) throw faultError(error);
    throw error;
  } finally {
    progress.end();
  }
}

const BAR_WIDTH = 20;

function progressBar(done: number, size: number): string {
  const filled = size === 0 ? BAR_WIDTH : Math.floor((done / size) * BAR_WIDTH);
  return '█'.repeat(filled).padEnd(BAR_WIDTH, '░');
}

function policyNotMet({ witnessed }: ReplayReport): LogFault<'not_witnessed'> {
  const missing = witnessed.cosignatures.filter(({ at }) => at === null).map(({ name }) => name);
  return new LogFault(
    'not_witnessed',
    `Too few witnesses have signed the checkpoint. Missing: ${missing.join(', ')}.`,
  );
}

/**
 * The deployment's log is in the mirror's folder `deployment`, or beside the tenant's log on its server.
 *
 * @throws CliError `deployment_missing`, `invalid_vkey`
 */
export async function deploymentLog(
  context: Context,
  { path, isRemote }: { path: string; isRemote: boolean },
  {
    key,
    anchor,
    deployment,
    deploymentVkey,
  }: Pick<ReplaySettings, 'key' | 'anchor'> & Partial<ReplaySettings>,
): Promise<ReplayOptions['deployment']> {
  const place = deployment ?? besides({ path, isRemote }, DEPLOYMENT_FOLDER);
  const source = logAt(context, place);
  const verifierKey =
    deploymentVkey ??
    anchor?.deploymentVkey ??
    Buffer.from((await source.read('vkey')) ?? []).toString('utf8');
  if (verifierKey.trim() === '')
    throw new CliError(
      'deployment_missing',
      `${place} has no log of the deployment, which says who the vendor’s people are and what its policy was. Run "countersign log mirror" again, or name its place with --deployment.`,
    );
  const own = readVerifierKey(verifierKey);
  const [theirs, tenants] = [parseLogOrigin(own.name), parseLogOrigin(key.name)];
  if (theirs?.slug !== DEPLOYMENT_FOLDER || theirs.deployment !== tenants?.deployment)
    throw new CliError(
      'deployment_missing',
      `${place} is the log ${own.name}, not the one of this deployment.`,
    );
  return { source, key: own };
}

/** Where another log is: in the mirror's folder of its name, or beside the tenant's log on its server. */
const besides = ({ path, isRemote }: { path: string; isRemote: boolean }, log: string): string =>
  isRemote ? path.replace(/[^/]+\/*$/, log) : join(path, log);

/**
 * Verifies the logs of access under a gag that the tenant's log has heads of. Their own keys are not trusted: what they hold must
 * have the roots that the tenant's log names.
 *
 * @throws CliError with the code of the first fault; `sealed_log_missing`
 */
export async function replaySealedLogs(
  context: Context,
  place: { source: LogSource; path: string; isRemote: boolean },
  options: ReplaySettings,
  names: readonly string[],
): Promise<SealedReplayReport[]> {
  const reports: SealedReplayReport[] = [];
  for (const name of names) {
    const sealed = await sealedLog(context, place, name);
    const deployment = await deploymentLog(context, place, options);
    const openings = place.isRemote || (await hasOpenings(place.path));
    reports.push(
      await orFault(
        replaySealedLog(PORTS, {
          ...{ log: { source: place.source, key: options.key }, deployment, sealed, openings },
          now: () => context.io.now(),
        }),
      ),
    );
  }
  return reports;
}

/** @throws CliError `sealed_log_missing`, `wrong_log`, `invalid_vkey` */
export async function sealedLog(
  context: Context,
  place: { path: string; isRemote: boolean },
  name: string,
): Promise<FollowedLog> {
  const source = logAt(context, besides(place, name));
  const vkey = Buffer.from((await source.read('vkey')) ?? []).toString('utf8');
  if (vkey.trim() === '')
    throw new CliError(
      'sealed_log_missing',
      `${besides(place, name)} has no log, and the tenant’s log has its head: it holds access under a gag that has ended. Run "countersign log mirror" again.`,
    );
  const key = readVerifierKey(vkey);
  if (parseLogOrigin(key.name)?.slug !== name)
    throw faultError(
      new LogFault('wrong_log', `${besides(place, name)} has the log ${key.name}, not ${name}.`),
    );
  return { source, key };
}

async function orFault<T>(verified: Promise<T>): Promise<T> {
  try {
    return await verified;
  } catch (error) {
    if (error instanceof LogFault) throw faultError(error);
    throw error;
  }
}

async function readPolicy(file: string | undefined): Promise<TlogPolicy | undefined> {
  if (file === undefined) return undefined;
  const bytes = await readIfThere(file);
  if (bytes === undefined) throw cannotOpenError(file, { code: 'ENOENT' });
  try {
    return parseTlogPolicy(nodeHashing, bytes.toString('utf8'));
  } catch (error) {
    if (!(error instanceof AuditLogError)) throw error;
    throw new CliError('invalid_policy', error.message, { cause: error });
  }
}

/** A folder that was mirrored without openings has neither of these files. */
const hasOpenings = async (path: string): Promise<boolean> =>
  (await readIfThere(join(path, OPENINGS_WANTED))) !== undefined ||
  (await readIfThere(join(path, 'openings', '0'))) !== undefined;

/** One line for each kind of warning. */
export const warningLines = (warnings: readonly Warning[]): [string, string][] =>
  warnings.map(({ detail, count, index }) => [
    'note',
    `${detail}${index === null ? '' : ` (leaf ${index}${count > 1 ? `, and ${count - 1} more` : ''})`}`,
  ]);
