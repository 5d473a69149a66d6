import { type Hashing, utf8 } from '@countersign/contract';
import { concatBytes } from './bytes.js';
import { AuditLogError } from './errors.js';
import {
  type Ed25519Check,
  type Ed25519Sign,
  type Note,
  type NoteSignature,
  noteKeyId,
  SIGNATURE_TYPE,
  signaturesBy,
  type VerifierKey,
} from './note.js';

const TIME_BYTES = 8;

/** What a witness signs (C2SP tlog-cosignature, Ed25519): the time in seconds, then the text of the checkpoint. */
const cosignedMessage = (text: string, time: number): Uint8Array =>
  utf8(`cosignature/v1\ntime ${time}\n${text}`);

/**
 * Signs a checkpoint as a witness.
 *
 * @param text of the checkpoint's note
 * @param time seconds since 1970, above 0
 */
export function cosign(
  hashing: Hashing,
  text: string,
  time: number,
  key: { name: string; publicKey: Uint8Array; sign: Ed25519Sign },
): NoteSignature {
  const stamp = new Uint8Array(TIME_BYTES);
  new DataView(stamp.buffer).setBigUint64(0, BigInt(time));
  return {
    name: key.name,
    keyId: noteKeyId(hashing, key.name, key.publicKey, SIGNATURE_TYPE.cosignature),
    signature: concatBytes(stamp, key.sign(cosignedMessage(text, time))),
  };
}

/**
 * When a witness signed this checkpoint: the latest of its valid cosignatures, in seconds since 1970. Undefined if it
 * has not signed it.
 *
 * @throws AuditLogError `bad_signature` if a cosignature with the witness's name and key id is wrong
 */
export async function cosignedAt(
  check: Ed25519Check,
  note: Note,
  witness: VerifierKey,
): Promise<number | undefined> {
  let latest: number | undefined;
  if (witness.type !== SIGNATURE_TYPE.cosignature) return undefined;
  for (const { signature } of signaturesBy(note, witness)) {
    const time = timeOf(signature);
    const isValid =
      time !== undefined &&
      (await check(witness.publicKey, cosignedMessage(note.text, time), signature.slice(TIME_BYTES)));
    if (!isValid) throw new AuditLogError('bad_signature', `The cosignature of ${witness.name} is wrong.`);
    latest = Math.max(latest ?? 0, time);
  }
  return latest;
}

/** The time in a cosignature; undefined if it is too short, zero, or beyond what a number holds exactly. */
function timeOf(signature: Uint8Array): number | undefined {
  if (signature.length <= TIME_BYTES) return undefined;
  const time = Number(new DataView(signature.buffer, signature.byteOffset).getBigUint64(0));
  return Number.isSafeInteger(time) && time > 0 ? time : undefined;
}
