import { encodeBase64url, type Hashing, utf8 } from '@countersign/contract';

/** The type byte of Ed25519 in a C2SP signed note. */
const ED25519 = 0x01;
const PUBLIC_KEY_BYTES = 32;

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

/** The key id of a C2SP signed note, by which a signature is found: 4 bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key). */
export function noteKeyId(hashing: Hashing, name: string, publicKey: Uint8Array): Uint8Array {
  return hashing.sha256(concat(utf8(`${name}\n`), [ED25519], publicKey)).subarray(0, 4);
}

/**
 * The key with which anyone verifies a log (C2SP signed-note): `name+hex(key id)+base64(type ‖ public key)`.
 *
 * @param publicKey Ed25519, raw, 32 bytes
 * @throws RangeError for a key of another length
 */
export function verifierKey(hashing: Hashing, name: string, publicKey: Uint8Array): string {
  if (publicKey.length !== PUBLIC_KEY_BYTES) throw new RangeError('an Ed25519 public key has 32 bytes');
  const id = Array.from(noteKeyId(hashing, name, publicKey), (byte) => byte.toString(16).padStart(2, '0'));
  return `${name}+${id.join('')}+${base64(concat([ED25519], publicKey))}`;
}

/** Of 33 bytes, which need no padding. */
const base64 = (bytes: Uint8Array): string =>
  encodeBase64url(bytes).replaceAll('-', '+').replaceAll('_', '/');

const concat = (...parts: ArrayLike<number>[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => Array.from(part)));
