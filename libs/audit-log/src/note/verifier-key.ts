import { encodeBase64url, type Hashing, utf8 } from '@countersign/contract';

/** Ed25519 in a C2SP signed note. */
const ED25519 = 0x01;
const PUBLIC_KEY_BYTES = 32;

/**
 * The origin of a log, which is also the name of the key that signs its checkpoints: `countersign/<dep_…>/<slug>`,
 * and after a restore from a backup `…/<epoch>`, since what then follows is another log.
 *
 * @param epoch from 1
 */
export function logOrigin(deployment: string, slug: string, epoch: number): string {
  const first = `countersign/${deployment}/${slug}`;
  return epoch === 1 ? first : `${first}/${epoch}`;
}

/** The first 4 bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key) (C2SP signed-note): what a signature is found by. */
export function noteKeyId(hashing: Hashing, name: string, publicKey: Uint8Array): Uint8Array {
  return hashing.sha256(joined(utf8(`${name}\n`), [ED25519], publicKey)).subarray(0, 4);
}

/**
 * The verifier key `name+hex(key id)+base64(type ‖ public key)` (C2SP signed-note) by which anyone checks a log.
 *
 * @param publicKey Ed25519, raw, 32 bytes
 * @throws RangeError for a key of another length
 */
export function verifierKey(hashing: Hashing, name: string, publicKey: Uint8Array): string {
  if (publicKey.length !== PUBLIC_KEY_BYTES) throw new RangeError('an Ed25519 public key has 32 bytes');
  const id = Array.from(noteKeyId(hashing, name, publicKey), (byte) => byte.toString(16).padStart(2, '0'));
  return `${name}+${id.join('')}+${base64(joined([ED25519], publicKey))}`;
}

/** Of 33 bytes: needs no padding. */
const base64 = (bytes: Uint8Array): string =>
  encodeBase64url(bytes).replaceAll('-', '+').replaceAll('_', '/');

const joined = (...parts: ArrayLike<number>[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => Array.from(part)));
