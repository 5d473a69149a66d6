import { ContractError } from '../errors.js';
import { decodeBase64url, encodeBase64url } from './base64url.js';
import { isWellFormed } from './canonical-json.js';
import { type Hashing, utf8 } from './digest.js';

/** The value and the salt (32 bytes, base64url) behind a commitment. They are kept beside it and can be erased. */
export type Opening = { value: string; salt: string };

export const COMMITMENT = /^c1:[A-Za-z0-9_-]{43}$/;
/** The last of the 43 letters has two spare bits. They are zero in the one canonical spelling. */
const CANONICAL = /^c1:[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;
const SALT_BYTES = 32;
const NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;

/** Whether the value is `c1:` + base64url of 32 bytes in its canonical spelling. */
export function isCommitment(value: string): boolean {
  return CANONICAL.test(value);
}

/** Unicode NFC of free text. Commitments are made over this form, so that both spellings of é commit to the same. */
export function normaliseText(text: string): string {
  return text.normalize('NFC');
}

/**
 * The commitment to a personal value (docs/contract.md, Commitment):
 *
 *     c1: + base64url( SHA-256( UTF-8 name ‖ 0x00 ‖ 32 bytes of salt ‖ UTF-8 value ) )
 *
 * The salt is random, so the commitment reveals nothing about the value, and nothing can be guessed once the salt is
 * erased. The value is hashed as given: call `normaliseText` on free text first. Throws `invalid_commitment` for a salt
 * of another length, a name that may contain the separator, or text with a lone surrogate.
 */
export function commit(hashing: Hashing, name: string, salt: Uint8Array, value: string): string {
  if (salt.length !== SALT_BYTES) throw new ContractError('invalid_commitment', 'a salt is 32 bytes');
  if (!NAME.test(name)) throw new ContractError('invalid_commitment', 'not the name of a committed member');
  if (!isWellFormed(value)) throw new ContractError('invalid_commitment', 'the value has a lone surrogate');
  const message = messageOf(name, salt, value);
  const digest = hashing.sha256Base64url?.(message) ?? encodeBase64url(hashing.sha256(message));
  message.fill(0);
  return `c1:${digest}`;
}

/**
 * Memory for short messages: every call of a gateway has one, and new memory takes longer than its hash. A message is in it only
 * until it is hashed, in the same turn.
 */
const shortMessage = new Uint8Array(1_024);

/** The name has passed `NAME`, so each of its characters is one byte. */
function messageOf(name: string, salt: Uint8Array, value: string): Uint8Array {
  const start = name.length + 1 + SALT_BYTES;
  const isShort = start + value.length <= shortMessage.length;
  const end = isShort ? writeAscii(value, shortMessage, start) : undefined;
  if (end === undefined) {
    shortMessage.fill(0);
    const body = utf8(value);
    const message = new Uint8Array(start + body.length);
    writeHead(name, salt, message);
    message.set(body, start);
    return message;
  }
  writeHead(name, salt, shortMessage);
  return shortMessage.subarray(0, end);
}

function writeHead(name: string, salt: Uint8Array, message: Uint8Array): void {
  writeAscii(name, message, 0);
  message[name.length] = 0;
  message.set(salt, name.length + 1);
}

/** Writes the text, and returns the offset after it; undefined if it has a character that is more than one byte of UTF-8. */
function writeAscii(text: string, target: Uint8Array, from: number): number | undefined {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code > 0x7f) return undefined;
    target[from + at] = code;
  }
  return from + text.length;
}

/** Whether the opening is what the commitment was made over, under that name. False for anything malformed; never throws. */
export function openCommitment(
  hashing: Hashing,
  name: string,
  opening: Opening,
  commitment: string,
): boolean {
  const salt = decodeBase64url(opening.salt);
  if (salt?.length !== SALT_BYTES || !NAME.test(name) || !isWellFormed(opening.value)) return false;
  return commit(hashing, name, salt, opening.value) === commitment;
}
