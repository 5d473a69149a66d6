import { decodeHash, encodeBase64, parseDecimal } from './bytes.js';
import { AuditLogError } from './errors.js';
import { type Ed25519Check, type Note, parseNote, type VerifierKey, verifyNote } from './note.js';

/** A log at one size (C2SP tlog-checkpoint). `root` is 32 bytes. Extension lines are kept as they came. */
export type Checkpoint = { origin: string; size: number; root: Uint8Array; extensions: readonly string[] };

/**
 * The origin of a log, which is also the name of the key that signs its checkpoints (docs/contract.md, Checkpoint origin):
 * `countersign/<dep_…>/<slug>`. After a restore from a backup it is `countersign/<dep_…>/<slug>/<epoch>`, because the log
 * that follows is another one.
 *
 * @param epoch from 1
 */
export function logOrigin(deployment: string, slug: string, epoch: number): string {
  const first = `countersign/${deployment}/${slug}`;
  return epoch === 1 ? first : `${first}/${epoch}`;
}

/** The parts of an origin that `logOrigin` made. */
export type LogName = { deployment: string; slug: string; epoch: number };

const ORIGIN = /^countersign\/(dep_[^/\s+]+)\/([a-z0-9][a-z0-9-]{0,62})(?:\/([1-9]\d{0,8}))?$/;

/** The parts of an origin; undefined for a log that is not ours, and for any other spelling. */
export function parseLogOrigin(origin: string): LogName | undefined {
  const [, deployment = '', slug = '', epoch = '1'] = ORIGIN.exec(origin) ?? [];
  const name = { deployment, slug, epoch: Number(epoch) };
  return logOrigin(deployment, slug, name.epoch) === origin ? name : undefined;
}

/** The text that is signed: origin, decimal size, base64 root, each on a line. */
export function formatCheckpoint({ origin, size, root }: Omit<Checkpoint, 'extensions'>): string {
  return `${origin}\n${size}\n${encodeBase64(root)}\n`;
}

/**
 * Reads the text of a checkpoint.
 *
 * @throws AuditLogError `invalid_checkpoint`
 */
export function parseCheckpoint(text: string): Checkpoint {
  const fail = (detail: string) => new AuditLogError('invalid_checkpoint', detail);
  if (!text.endsWith('\n')) throw fail('A checkpoint ends with a newline.');
  const [origin = '', decimal = '', encoded = '', ...extensions] = text.slice(0, -1).split('\n');
  if (origin === '') throw fail('A checkpoint begins with an origin.');
  const size = parseDecimal(decimal);
  if (size === undefined) throw fail('The size of a checkpoint is a decimal number without leading zeros.');
  const root = decodeHash(encoded);
  if (root === undefined) throw fail('The root of a checkpoint is 32 bytes of base64.');
  if (extensions.includes('')) throw fail('A checkpoint has no empty lines.');
  return { origin, size, root, extensions };
}

/** The origin that a served checkpoint names, whatever its signatures; undefined if it is no checkpoint. */
export function checkpointOrigin(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined) return undefined;
  try {
    return parseCheckpoint(parseNote(new TextDecoder().decode(bytes)).text).origin;
  } catch (error) {
    if (!(error instanceof AuditLogError)) throw error;
    return undefined;
  }
}

/** A checkpoint together with the note that carries it. */
export type SignedCheckpoint = { checkpoint: Checkpoint; note: Note };

/**
 * Reads a signed checkpoint and checks it: it is signed by one of the log's keys, and its origin is the name of that key.
 *
 * @throws AuditLogError `invalid_note`, `invalid_checkpoint`, `wrong_origin`, `unsigned`, `bad_signature`
 */
export async function openCheckpoint(
  check: Ed25519Check,
  text: string,
  keys: readonly VerifierKey[],
): Promise<SignedCheckpoint> {
  const note = parseNote(text);
  const checkpoint = parseCheckpoint(note.text);
  const own = keys.filter(({ name }) => name === checkpoint.origin);
  if (own.length === 0)
    throw new AuditLogError(
      'wrong_origin',
      `The checkpoint is of the log ${checkpoint.origin}, not of the one that was requested.`,
    );
  await verifyNote(check, note, own);
  return { checkpoint, note };
}
