import { decodeBase64url, encodeBase64url } from './base64url.js';
import { isWellFormed } from './canonical-json.js';
import { ContractError } from './errors.js';
import { type Hashing, utf8 } from './hashing.js';

/** What stands beside a commitment and can be erased: the value and its salt (32 bytes, base64url). */
export type Opening = { value: string; salt: string };

export const COMMITMENT = /^c1:[A-Za-z0-9_-]{43}$/;
/** The last of the 43 letters carries two bits too many, which are zero in the one canonical spelling. */
const CANONICAL = /^c1:[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;
const SALT_BYTES = 32;
const NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;

/** True for `c1:` + base64url of 32 bytes in its canonical spelling. */
export function isCommitment(value: string): boolean {
  return CANONICAL.test(value);
}

/** Unicode NFC of free text, the form in which it is committed to, so that two spellings of é are one reason. */
export function normaliseText(text: string): string {
  return text.normalize('NFC');
}

/**
 * Commitment to a personal value: `c1:` + base64url SHA-256(name ‖ 0x00 ‖ salt ‖ UTF-8 value). It hides the value
 * as long as the 32 random bytes are not known and says nothing more once they are erased. The value is hashed as
 * given: normalise free text first (`normaliseText`). Throws `invalid_commitment` for a salt that is not 32 bytes,
 * a name that could swallow the separator, or text with a lone surrogate.
 */
export function commit(hashing: Hashing, name: string, salt: Uint8Array, value: string): string {
  if (salt.length !== SALT_BYTES) throw new ContractError('invalid_commitment', 'a salt is 32 bytes');
  if (!NAME.test(name)) throw new ContractError('invalid_commitment', 'not the name of a committed member');
  if (!isWellFormed(value)) throw new ContractError('invalid_commitment', 'the value has a lone surrogate');
  const head = utf8(name);
  const body = utf8(value);
  const message = new Uint8Array(head.length + 1 + SALT_BYTES + body.length);
  message.set(head, 0);
  message.set(salt, head.length + 1);
  message.set(body, head.length + 1 + SALT_BYTES);
  return `c1:${hashing.sha256Base64url?.(message) ?? encodeBase64url(hashing.sha256(message))}`;
}

/** True when the opening is what was committed to under that name. Anything malformed is false, never an error. */
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
