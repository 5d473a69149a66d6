import {
  AuditLogError,
  type Checkpoint,
  hadRoot,
  LogFault,
  type LogSource,
  type Note,
  parseCheckpoint,
  parseNote,
} from '@countersign/audit-log';
import { type TrustDocument, WITNESS_GRACE_SECONDS } from '@countersign/contract';
import { fault } from './faults.js';
import type { VerifierPorts } from './ports.js';
import { signedAt, witnessKeyOf } from './witnesses.js';

/** Leaves that a majority of the witnesses has not cosigned in time: the first of them, since when, and who has not signed. */
export type Unwitnessed = { index: number; since: string; missing: string[] };

/** The newest checkpoint that each witness has cosigned: what a log serves, and a mirror keeps, as `cosigned`. */
export type Cosigned = readonly { note: Note; checkpoint: Checkpoint }[];

/** The fault that a caller takes these leaves for. It comes last, so that it hides no other. */
export const notWitnessed = ({ index, since, missing }: Unwitnessed): LogFault<'not_witnessed'> =>
  new LogFault(
    'not_witnessed',
    `A majority of the witnesses has not cosigned leaf ${index} and those after it since ${since}. Missing: ${missing.join(', ')}.`,
    index,
  );

type CosignedLog = { source: LogSource; note: Note; checkpoint: Checkpoint };

/**
 * Reads `cosigned`: `{"checkpoints": ["signed note", …]}`. Before the checkpoint, so that none of these is newer than it. A log
 * without this file shows no more than the cosignatures of its checkpoint.
 *
 * @throws LogFault `bad_cosignature`
 */
export async function readCosigned(source: LogSource): Promise<Cosigned> {
  const bytes = await source.read('cosigned');
  if (bytes === undefined) return [];
  try {
    const { checkpoints } = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as {
      checkpoints: string[];
    };
    return checkpoints.map((text) => {
      const note = parseNote(text);
      return { note, checkpoint: parseCheckpoint(note.text) };
    });
  } catch (error) {
    const isUnreadable =
      error instanceof AuditLogError || error instanceof SyntaxError || error instanceof TypeError;
    if (!isUnreadable) throw error;
    throw fault('bad_cosignature', 'The file “cosigned” is not a list of signed checkpoints.');
  }
}

/**
 * The leaves that are older than the grace period of the trust document, and that a majority of its witnesses has not cosigned. Only
 * witnesses with an address count, because to the others the customer submits checkpoints itself. The period begins when the
 * leaf is written, or the document is adopted; time in which no broker ran does not count.
 *
 * @param trust the document in force, and when it was adopted, in milliseconds since the epoch
 * @param from the first leaf of this epoch: what came before was cosigned under another origin
 * @param timeOf when a leaf was written
 * @param running for how long brokers were running from this time until the end of the log
 * @throws LogFault `bad_cosignature`; `forked` if a witness has cosigned another root of this log
 */
export async function unwitnessedLeaves(
  ports: Pick<VerifierPorts, 'hashing' | 'check'>,
  log: CosignedLog & { cosigned: Cosigned; from: number },
  trust: { document: TrustDocument; adoptedAt: number },
  { timeOf, running }: { timeOf: (index: number) => Promise<number>; running: (from: number) => number },
): Promise<Unwitnessed | null> {
  const { witnesses = [], witnessGraceSeconds = WITNESS_GRACE_SECONDS } = trust.document;
  const names = witnesses.filter((entry) => entry.includes(' ')).map((entry) => entry.split(' ')[0] ?? '');
  if (names.length === 0) return null;
  const covered: { vkey: string; size: number }[] = [];
  for (const vkey of names) covered.push({ vkey, size: await coveredBy(ports, log, vkey) });
  const majority = Math.floor(names.length / 2);
  const size = covered.map((each) => each.size).sort((a, b) => b - a)[majority] ?? 0;
  if (size >= log.checkpoint.size) return null;
  const index = Math.max(size, log.from);
  const since = Math.max(await timeOf(index), trust.adoptedAt);
  if (running(since) <= witnessGraceSeconds * 1_000) return null;
  const missing = covered.filter((each) => each.size <= index).map(({ vkey }) => vkey.split('+')[0] ?? vkey);
  return { index, since: new Date(since).toISOString(), missing };
}

/** How many leaves the largest checkpoint has that this witness has cosigned. */
async function coveredBy(
  ports: Pick<VerifierPorts, 'hashing' | 'check'>,
  { source, note, checkpoint, cosigned }: CosignedLog & { cosigned: Cosigned },
  vkey: string,
): Promise<number> {
  const key = witnessKeyOf(ports.hashing, vkey);
  if (key === undefined) return 0;
  // The older ones are verified in any case: a witness that has cosigned another root shows a fork.
  let covered = (await signedAt(ports, note, key)) === null ? 0 : checkpoint.size;
  for (const other of cosigned) {
    const { origin, size, root } = other.checkpoint;
    if ((await signedAt(ports, other.note, key)) === null) continue;
    // One of another epoch, or a larger one, cannot be compared with this log.
    if (origin !== checkpoint.origin || size > checkpoint.size) continue;
    if (!(await hadRoot(ports.hashing, source, { size, root }, checkpoint)))
      throw new LogFault('forked', `${key.name} has cosigned another root of the first ${size} leaves.`);
    covered = Math.max(covered, size);
  }
  return covered;
}
