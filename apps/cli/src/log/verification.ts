import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  type AnchorFile,
  AuditLogError,
  ed25519Key,
  type LeafV1,
  LogFault,
  type LogSource,
  logOrigin,
  parseLogOrigin,
  parseVerifierKey,
  type Restoration,
  type UnknownFound,
  UnknownLeaves,
  unknownEvent,
  type VerifiedLog,
  type VerifiedPoint,
  type VerifierKey,
  verifyLog,
  verifyTenantLog,
} from '@countersign/audit-log';
import { nodeEd25519, nodeHashing } from '@countersign/authorization';
import { canonicalJson, sha256Digest } from '@countersign/contract';
import { writeFileDurably } from '@countersign/gateway-protocol';
import type { VerifiedState } from '@countersign/log-verifier';
import { z } from 'zod';
import { CliError, cannotWriteError, type ExitCode, usageError } from '../command/errors.js';
import type { Io } from '../terminal/io.js';
import { Progress } from '../terminal/progress.js';
import { readAnchorFile } from '../trust/anchor-file.js';
import { readIfThere } from './log-source.js';

/** @throws CliError `invalid_vkey` */
export function readVerifierKey(text: string): VerifierKey {
  try {
    return parseVerifierKey(nodeHashing, text.trim());
  } catch (error) {
    if (!(error instanceof AuditLogError)) throw error;
    throw new CliError('invalid_vkey', error.message, { cause: error });
  }
}

/**
 * The key that must sign a log, given as it is or by an anchor file.
 *
 * @throws CliError `anchor_differs` if both are given and the file has another key; `invalid_usage` if neither is;
 *   `invalid_vkey`; those of `readAnchorFile`
 */
export async function chooseKey(known: {
  vkey?: string;
  anchor?: string;
}): Promise<{ key: VerifierKey; anchor: AnchorFile | undefined }> {
  const anchor = known.anchor === undefined ? undefined : await readAnchorFile(known.anchor);
  const vkey = known.vkey?.trim() ?? anchor?.vkey;
  if (vkey === undefined) throw usageError('say which key signs the log: --vkey KEY, or --anchor FILE');
  if (anchor !== undefined && vkey !== anchor.vkey)
    throw new CliError('anchor_differs', `The key on the command line is not the one in ${known.anchor}.`);
  return { key: readVerifierKey(vkey), anchor };
}

/** The keys that the leaves of a log lead to, under its origin in each epoch. */
export function keysOf({
  checkpoint,
  succession,
}: Pick<VerifiedLog, 'checkpoint' | 'succession'>): VerifierKey[] {
  const name = parseLogOrigin(checkpoint.origin);
  if (name === undefined) return [];
  const origins = Array.from({ length: name.epoch }, (_, at) =>
    logOrigin(name.deployment, name.slug, at + 1),
  );
  return (succession?.keys ?? []).flatMap((vkey) => {
    const { publicKey } = readVerifierKey(vkey);
    return origins.map((origin) => ed25519Key(nodeHashing, origin, publicKey));
  });
}

/** A point of a log that was verified. */
export const pointSchema = z.strictObject({
  origin: z.string(),
  size: z.int().nonnegative(),
  root: z.string(),
  range: z.array(z.string()).max(53),
  keys: z.array(z.string()).max(10_000).optional(),
});

/** A point, and what "log verify" has replayed up to it. `sum` shows damage: a member that is missing or changed is not overlooked. */
const stateSchema = pointSchema.extend({
  replay: z
    .strictObject({
      ...{ v: z.int(), deployment: pointSchema, state: z.string(), digest: z.string() },
      size: z.int().nonnegative().exactOptional(),
    })
    .exactOptional(),
  sum: z.string(),
});

const sumOf = (state: VerifiedState): string =>
  // As the file has it: without members that have no value.
  sha256Digest(nodeHashing, canonicalJson(JSON.parse(JSON.stringify(state))));

/** @throws CliError `cannot_open` (exit 2), `invalid_state` */
export async function readPoint(file: string): Promise<VerifiedState | undefined> {
  const bytes = await readIfThere(file);
  if (bytes === undefined) return undefined;
  try {
    const { sum, ...state } = stateSchema.parse(JSON.parse(bytes.toString('utf8')));
    if (sum !== sumOf(state)) throw new Error('its checksum does not fit its content');
    return state;
  } catch (error) {
    throw new CliError('invalid_state', `${file} is not a state that "countersign log verify" wrote`, {
      cause: error,
    });
  }
}

/** @throws CliError `cannot_write` (exit 2) */
export const writePoint = (file: string, point: VerifiedState): Promise<void> =>
  saveFile(file, `${JSON.stringify({ ...point, sum: sumOf(point) }, null, 2)}\n`);

/**
 * Replaces a file, durably, and makes its folder.
 *
 * @throws CliError `cannot_write` (exit 2)
 */
export async function saveFile(file: string, content: string | Uint8Array): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFileDurably(file, content);
  } catch (error) {
    throw cannotWriteError(file, error);
  }
}

/**
 * Verifies a log with progress on stderr. Unless only its structure is required, each leaf must also be a leaf of this
 * tenant at its own index.
 *
 * @throws CliError with the code of the first fault (see `LogFaultCode`) and the index of its leaf, if it has one;
 *   `not_a_countersign_log`
 */
export async function verifyWithProgress(
  io: Io,
  source: LogSource,
  options: { key: VerifierKey; since?: VerifiedPoint | undefined; structureOnly: boolean },
): Promise<VerifiedLog & { unknown: UnknownFound | null }> {
  if (!options.structureOnly && parseLogOrigin(options.key.name) === undefined)
    throw new CliError(
      'not_a_countersign_log',
      `${options.key.name} is no log of Countersign. Add --structure-only to check any log.`,
    );
  const progress = new Progress(io);
  let line = 'reading the checkpoint …';
  progress.waiting(() => line);
  const ports = { hashing: nodeHashing, check: nodeEd25519 };
  const onProgress = (done: number, size: number) => {
    line = `${done} of ${size} leaves verified`;
  };
  const { key, since, structureOnly } = options;
  const unknown = new UnknownLeaves();
  const onLeaf = (_index: number, leaf: LeafV1) => void unknown.take(leaf);
  try {
    const verified = structureOnly
      ? await verifyLog(ports, source, { keys: [key], since, everyLeaf: true, onProgress })
      : await verifyTenantLog(ports, source, { key, since, everyLeaf: true, onProgress, onLeaf });
    return { ...verified, unknown: unknown.found };
  } catch (error) {
    if (error instanceof LogFault) throw faultError(error);
    throw error;
  } finally {
    progress.end();
  }
}

/** Which leaves are gone, in words; undefined if none are. */
export const pruningText = ({ prunedBefore: gone }: VerifiedLog): string | undefined =>
  gone === 0 ? undefined : `leaves before ${gone} were pruned by the log, and cannot be verified any more`;

/** What a run says about a log that was restored from a backup; null if no leaf that it read says so. */
export type RestoredLog = Pick<Restoration, 'epoch' | 'previous' | 'kept' | 'lost'>;

/**
 * Whether the log was restored, as its leaves say. What this follower had verified and the log no longer has is a finding: it
 * is accepted only if the caller says so.
 *
 * @throws CliError `restored` with the leaves that were lost
 */
export function acceptRestored(
  { succession }: Pick<VerifiedLog, 'succession'>,
  isAccepted: boolean,
): RestoredLog | null {
  const last = succession?.restorations.at(-1);
  const lost = succession?.lost ?? 0;
  if (lost > 0 && !isAccepted)
    throw new CliError(
      'restored',
      `The log was restored from a backup: ${lost} of the leaves that were verified before are lost. It keeps the others, and says so in leaf ${last?.index}. Ask why, and go on with --accept-restored.`,
      { document: { verified: false, code: 'restored', index: last?.index ?? null, lost } },
    );
  if (last === undefined) return null;
  const { epoch, previous, kept } = last;
  return { epoch, previous, kept, lost: last.lost };
}

/** The facts of a restore, for people. */
export const restoredFacts = (restored: RestoredLog | null): [string, string][] =>
  restored === null
    ? []
    : [
        [
          'restored',
          `from a backup, into epoch ${restored.epoch}: ${restored.lost} leaves lost, as the log says`,
        ],
      ];

/** Verdicts that are no fault of what was checked. */
const EXIT: Readonly<Record<string, ExitCode>> = { not_witnessed: 3, unknown_event: 4 };

/** A fault as the command's error: its code, and for `--json` its leaf. */
export function faultError(fault: LogFault<string>, more: Record<string, unknown> = {}): CliError {
  const { code, message } = fault;
  const document = { verified: false, ...reasonOf(fault), ...more };
  return new CliError(code, message, { document, cause: fault, exit: EXIT[code] ?? 1 });
}

const reasonOf = ({ code, index, message }: LogFault<string>) => ({
  ...{ code, index: index ?? null, detail: message },
});

/**
 * Ends the command if logs have leaves whose types this version does not know: `unknown_event`, exit 4. Last, so that every fault of what
 * it does know comes first.
 *
 * @param more for `--json`
 * @throws CliError `unknown_event`
 */
export function requireKnown(
  found: readonly (UnknownFound | null)[],
  more: Record<string, unknown> = {},
): void {
  const logs = found.filter((each) => each !== null);
  // The deployment's log decides about several others, and each of them names its types.
  const types = logs
    .flatMap((each) => each.types)
    .filter(
      ({ log, type, member }, at, all) =>
        all.findIndex((each) => each.log === log && each.type === type && each.member === member) === at,
    );
  if (types.length === 0) return;
  const undecided = logs.map((each) => each.undecided).find((each) => each !== null) ?? null;
  throw faultError(unknownEvent({ types, undecided }), {
    ...{ unknown: types, undecided: undecided === null ? null : reasonOf(undecided) },
    ...more,
  });
}

/** Whether it is what `verifyWithProgress` throws for a log that does not verify. */
export const isFault = (error: unknown): boolean =>
  error instanceof CliError && error.cause instanceof LogFault;
