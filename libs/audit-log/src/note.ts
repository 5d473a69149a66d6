import { type Hashing, isWellFormed, type ToSign, utf8 } from '@countersign/contract';
import { concatBytes, decodeBase64, encodeBase64, equalBytes } from './bytes.js';
import { AuditLogError } from './errors.js';

/** What a signature of a note is (C2SP signed-note, Signature types). Ed25519 today; the byte leaves room for others. */
export const SIGNATURE_TYPE = { ed25519: 0x01, cosignature: 0x04, mlDsa44: 0x06 } as const;

/** A line below a note's text: who signed, and what. `signature` follows the four bytes of the key id. */
export type NoteSignature = { name: string; keyId: Uint8Array; signature: Uint8Array };

/** A text with signatures. `text` ends with a newline; the blank line after it is not part of it. */
export type Note = { text: string; signatures: readonly NoteSignature[] };

/** A key that checks notes: the parts of a C2SP verifier key. */
export type VerifierKey = { name: string; keyId: Uint8Array; type: number; publicKey: Uint8Array };

/**
 * Ed25519 (RFC 8032) as a port. `publicKey` is 32 bytes, `signature` 64. May answer later, as a browser does. False for
 * a key or signature that is not one.
 */
export type Ed25519Check = (
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
) => boolean | Promise<boolean>;

/** The signing half: returns the 64 bytes of an Ed25519 signature. */
export type Ed25519Sign = (message: Uint8Array) => Uint8Array;

/** 16 is what a verifier must accept; witnesses and a rotation of keys fit into more. */
const MAX_SIGNATURES = 64;
const MAX_NOTE_CHARS = 1_000_000;
const KEY_ID_BYTES = 4;
const PUBLIC_KEY_BYTES = 32;
const NAME = /^[^\s+\p{Z}\p{Cc}]+$/u;
const SIGNATURE_LINE = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/u;

/** The key id, by which a signature is found: 4 bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key). */
export function noteKeyId(
  hashing: Hashing,
  name: string,
  publicKey: Uint8Array,
  type: number = SIGNATURE_TYPE.ed25519,
): Uint8Array {
  return hashing
    .sha256(concatBytes(utf8(`${name}\n`), Uint8Array.of(type), publicKey))
    .slice(0, KEY_ID_BYTES);
}

/** The key with which anyone checks a note: `name+hex(key id)+base64(type ‖ public key)` (C2SP signed-note). */
export function verifierKey(
  hashing: Hashing,
  name: string,
  publicKey: Uint8Array,
  type: number = SIGNATURE_TYPE.ed25519,
): string {
  if (publicKey.length !== PUBLIC_KEY_BYTES) throw new RangeError('an Ed25519 public key has 32 bytes');
  const id = Array.from(noteKeyId(hashing, name, publicKey, type), (byte) =>
    byte.toString(16).padStart(2, '0'),
  );
  return `${name}+${id.join('')}+${encodeBase64(concatBytes(Uint8Array.of(type), publicKey))}`;
}

/** An Ed25519 key under a name, with the key id that it has there: a log's key has another id under each origin. */
export const ed25519Key = (hashing: Hashing, name: string, publicKey: Uint8Array): VerifierKey => ({
  name,
  keyId: noteKeyId(hashing, name, publicKey),
  type: SIGNATURE_TYPE.ed25519,
  publicKey,
});

/**
 * Reads a verifier key. The key id must be the one that its name and key have.
 *
 * @throws AuditLogError `invalid_key`, `unknown_key_type`
 */
export function parseVerifierKey(hashing: Hashing, text: string): VerifierKey {
  const match = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text);
  const [, name = '', id = '', encoded = ''] = match ?? [];
  const bytes = decodeBase64(encoded);
  const type = bytes?.[0];
  if (!NAME.test(name) || bytes === undefined || type === undefined)
    throw new AuditLogError('invalid_key', 'A verifier key is name+8 hex digits+base64.');
  const publicKey = bytes.slice(1);
  if (type !== SIGNATURE_TYPE.ed25519 && type !== SIGNATURE_TYPE.cosignature)
    throw new AuditLogError(
      'unknown_key_type',
      `The verifier key of ${name} is of type ${type}, and this version verifies Ed25519 alone.`,
    );
  if (publicKey.length !== PUBLIC_KEY_BYTES)
    throw new AuditLogError('invalid_key', `The verifier key of ${name} is not an Ed25519 key.`);
  const keyId = noteKeyId(hashing, name, publicKey, type);
  if (Array.from(keyId, (byte) => byte.toString(16).padStart(2, '0')).join('') !== id)
    throw new AuditLogError('invalid_key', `The verifier key of ${name} does not have the key id ${id}.`);
  return { name, keyId, type, publicKey };
}

/**
 * Reads a signed note strictly: one spelling only.
 *
 * @throws AuditLogError `invalid_note`
 */
export function parseNote(note: string, maxChars: number = MAX_NOTE_CHARS): Note {
  const fail = (detail: string) => new AuditLogError('invalid_note', detail);
  if (note.length > maxChars) throw fail('The note is too long.');
  if (!isWellFormed(note) || hasControls(note))
    throw fail('A note is UTF-8 text without control characters.');
  const split = note.lastIndexOf('\n\n');
  if (split < 1 || !note.endsWith('\n') || split + 2 === note.length)
    throw fail('A note is a text, a blank line, and signatures.');
  const lines = note.slice(split + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) throw fail(`A note has at most ${MAX_SIGNATURES} signatures.`);
  return { text: note.slice(0, split + 1), signatures: lines.map(parseSignatureLine) };
}

/**
 * Reads one line `— name base64(key id ‖ signature)`.
 *
 * @throws AuditLogError `invalid_note`
 */
export function parseSignatureLine(line: string): NoteSignature {
  const [, name = '', encoded = ''] = SIGNATURE_LINE.exec(line) ?? [];
  const bytes = decodeBase64(encoded);
  if (!NAME.test(name) || bytes === undefined || bytes.length <= KEY_ID_BYTES)
    throw new AuditLogError('invalid_note', 'A signature line is a dash, a name, and base64.');
  return { name, keyId: bytes.slice(0, KEY_ID_BYTES), signature: bytes.slice(KEY_ID_BYTES) };
}

/** The line of a signature, without its newline. */
export function formatSignatureLine({ name, keyId, signature }: NoteSignature): string {
  return `— ${name} ${encodeBase64(concatBytes(keyId, signature))}`;
}

/** The text of a signed note. */
export function formatNote({ text, signatures }: Note): string {
  return `${text}\n${signatures.map((signature) => `${formatSignatureLine(signature)}\n`).join('')}`;
}

/** What an Ed25519 key has to sign of a text, which ends with a newline. */
export function noteToSign(
  hashing: Hashing,
  text: string,
  { name, publicKey }: { name: string; publicKey: Uint8Array },
): ToSign<NoteSignature> {
  const keyId = noteKeyId(hashing, name, publicKey);
  return { bytes: utf8(text), signed: (signature) => ({ name, keyId, signature }) };
}

/** Signs a text, which ends with a newline, with one Ed25519 key of this process. */
export function signNote(
  hashing: Hashing,
  text: string,
  key: { name: string; publicKey: Uint8Array; sign: Ed25519Sign },
): NoteSignature {
  const { bytes, signed } = noteToSign(hashing, text, key);
  return signed(key.sign(bytes));
}

/** The signatures of a note by one key: those with its name and its key id. */
export function signaturesBy(note: Note, key: VerifierKey): NoteSignature[] {
  return note.signatures.filter(({ name, keyId }) => name === key.name && equalBytes(keyId, key.keyId));
}

/**
 * Checks that a note is signed by one of the keys, and that no signature of a known key is wrong. Other signatures are
 * ignored, as C2SP signed-note requires.
 *
 * @throws AuditLogError `unsigned`, `bad_signature`
 */
export async function verifyNote(
  check: Ed25519Check,
  note: Note,
  keys: readonly VerifierKey[],
): Promise<void> {
  let signed = 0;
  for (const key of keys.filter(({ type }) => type === SIGNATURE_TYPE.ed25519)) {
    for (const { signature } of signaturesBy(note, key)) {
      if (!(await check(key.publicKey, utf8(note.text), signature)))
        throw new AuditLogError('bad_signature', `The signature of ${key.name} is wrong.`);
      signed += 1;
    }
  }
  if (signed === 0)
    throw new AuditLogError(
      'unsigned',
      `There is no signature of ${keys.map(({ name }) => name).join(', ')}.`,
    );
}

/** Whether a text has ASCII control characters other than a newline. */
function hasControls(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if ((code < 0x20 && code !== 0x0a) || code === 0x7f) return true;
  }
  return false;
}
