import type { Hashing } from '@countersign/contract';
import { decodeHash, encodeBase64, equalBytes, parseDecimal } from './bytes.js';
import { type Checkpoint, parseCheckpoint } from './checkpoint.js';
import { AuditLogError } from './errors.js';
import { type Ed25519Check, type Note, parseNote, type VerifierKey, verifyNote } from './note.js';
import { verifyConsistency } from './proofs.js';
import { emptyTreeHash } from './tree.js';

const MAX_HASHES = 63;

/** What a log asks of a witness (C2SP tlog-witness, add-checkpoint). `note` is the signed checkpoint, unchanged. */
export type AddCheckpoint = { oldSize: number; proof: readonly Uint8Array[]; note: string };

/** The body of `POST add-checkpoint`. */
export function formatAddCheckpoint({ oldSize, proof, note }: AddCheckpoint): string {
  return `old ${oldSize}\n${proof.map((hash) => `${encodeBase64(hash)}\n`).join('')}\n${note}`;
}

/**
 * Reads the body of `POST add-checkpoint`. Nothing in it is verified yet.
 *
 * @throws AuditLogError `invalid_request`
 */
export function parseAddCheckpoint(body: string): AddCheckpoint {
  const fail = (detail: string) => new AuditLogError('invalid_request', detail);
  const split = body.indexOf('\n\n');
  if (split < 0) throw fail('There is a blank line before the checkpoint.');
  const [first = '', ...lines] = body.slice(0, split).split('\n');
  const oldSize = parseDecimal(first.startsWith('old ') ? first.slice('old '.length) : '');
  if (oldSize === undefined) throw fail('The first line is `old` and a size.');
  if (lines.length > MAX_HASHES) throw fail(`A proof has at most ${MAX_HASHES} hashes.`);
  const proof = lines.map((line) => {
    const hash = decodeHash(line);
    if (hash === undefined) throw fail('A hash of a proof is 32 bytes of base64.');
    return hash;
  });
  return { oldSize, proof, note: body.slice(split + 2) };
}

/** What a witness knows of a log: the newest checkpoint that it signed. */
export type Witnessed = { size: number; root: Uint8Array };

/** What a witness answers: sign this checkpoint, or refuse with an HTTP status. `size` is its newest, for status 409. */
export type WitnessDecision =
  | { sign: true; checkpoint: Checkpoint; note: Note }
  | { sign: false; status: 400 | 403 | 404 | 409 | 422; detail: string; size?: number };

/**
 * Decides whether a witness signs, by C2SP tlog-witness. Pure: the caller stores the checkpoint, comparing with what was
 * read, before it signs.
 *
 * @param keysOf the keys of a log by its origin; empty for a log that the witness does not follow
 * @param newestOf the newest checkpoint that the witness signed for this origin
 */
export async function decideWitness(
  ports: { hashing: Hashing; check: Ed25519Check },
  body: string,
  keysOf: (origin: string) => readonly VerifierKey[],
  newestOf: (origin: string) => Witnessed | undefined,
): Promise<WitnessDecision> {
  let request: AddCheckpoint;
  let note: Note;
  let checkpoint: Checkpoint;
  try {
    request = parseAddCheckpoint(body);
    note = parseNote(request.note);
    checkpoint = parseCheckpoint(note.text);
  } catch (error) {
    return { sign: false, status: 400, detail: detailOf(error) };
  }
  const keys = keysOf(checkpoint.origin);
  if (keys.length === 0)
    return { sign: false, status: 404, detail: 'This witness does not follow that log.' };
  try {
    await verifyNote(ports.check, note, keys);
  } catch (error) {
    return { sign: false, status: 403, detail: detailOf(error) };
  }
  if (request.oldSize > checkpoint.size)
    return { sign: false, status: 400, detail: 'The old size is above the size of the checkpoint.' };
  const newest = newestOf(checkpoint.origin) ?? { size: 0, root: emptyTreeHash(ports.hashing) };
  if (request.oldSize !== newest.size)
    return { sign: false, status: 409, detail: 'The old size is not the newest.', size: newest.size };
  if (checkpoint.size === 0 && !equalBytes(checkpoint.root, emptyTreeHash(ports.hashing)))
    return { sign: false, status: 422, detail: 'The root of an empty tree is another one.' };
  try {
    const { size, root } = checkpoint;
    const { proof } = request;
    verifyConsistency(ports.hashing, { oldSize: newest.size, oldRoot: newest.root, size, root, proof });
  } catch (error) {
    return { sign: false, status: 422, detail: detailOf(error) };
  }
  return { sign: true, checkpoint, note };
}

function detailOf(error: unknown): string {
  if (error instanceof AuditLogError) return error.message;
  throw error;
}
