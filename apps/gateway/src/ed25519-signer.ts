import { type KeyObject, sign } from 'node:crypto';
import { createRequire } from 'node:module';

/** Signs a text of ASCII characters with Ed25519 (RFC 8032), and returns the 64 bytes in base64url. */
export type Ed25519Signer = (text: string) => string;

/** The part of `sodium-native` that is used here. A secret key is the seed followed by the public key, 32 bytes each. */
type Sodium = {
  crypto_sign_detached(signature: Buffer, message: Buffer, secretKey: Buffer): void;
};

const SIGNATURE_BYTES = 64;
/** Room for the usual signed context. A longer text gets more. */
const TEXT_BYTES = 4_096;

/**
 * A signer for this private key. It uses libsodium if that is installed and makes the same signatures as Node on this machine.
 * Otherwise Node signs. Both make the same bytes, because Ed25519 signatures have no random part. Most calls need a signature,
 * and libsodium takes a third of Node's processor time for it (decision 57).
 */
export function ed25519Signer(privateKey: KeyObject): Ed25519Signer {
  const byNode: Ed25519Signer = (text) =>
    sign(null, Buffer.from(text, 'latin1'), privateKey).toString('base64url');
  const sodium = loadSodium();
  if (sodium === undefined) return byNode;
  const bySodium = sodiumSigner(sodium, privateKey);
  return agree(bySodium, byNode) ? bySodium : byNode;
}

function loadSodium(): Sodium | undefined {
  try {
    // An optional dependency, because it has no binary for some machines.
    return createRequire(import.meta.url)('sodium-native') as Sodium;
  } catch {
    return undefined;
  }
}

/** All signatures share one buffer for the text and one for the result, so that libsodium allocates nothing. */
function sodiumSigner(sodium: Sodium, privateKey: KeyObject): Ed25519Signer {
  const { d = '', x = '' } = privateKey.export({ format: 'jwk' });
  const secretKey = Buffer.concat([Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')]);
  const signature = Buffer.alloc(SIGNATURE_BYTES);
  let room = Buffer.alloc(TEXT_BYTES);
  return (text) => {
    if (text.length > room.length) room = Buffer.alloc(2 * text.length);
    room.write(text, 0, 'latin1');
    sodium.crypto_sign_detached(signature, room.subarray(0, text.length), secretKey);
    return signature.toString('base64url');
  };
}

/** True if both make the same signatures for an empty, a short and a long text. False if either throws. */
function agree(one: Ed25519Signer, other: Ed25519Signer): boolean {
  try {
    return ['', 'countersign', 'c'.repeat(2 * TEXT_BYTES)].every((text) => one(text) === other(text));
  } catch {
    return false;
  }
}
