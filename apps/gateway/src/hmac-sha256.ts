import { hash, type KeyObject } from 'node:crypto';

/** The sizes of a block and of a hash in SHA-256 (FIPS 180-4). */
const BLOCK_BYTES = 64;
const HASH_BYTES = 32;
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;
/** Room for the usual signed context. A longer text gets more. */
const TEXT_BYTES = 4_096;

/**
 * HMAC-SHA256 with one key (RFC 2104):
 *
 *     HMAC(key, text) = SHA-256( key XOR opad, SHA-256( key XOR ipad, text ) )
 *
 * Node's own `createHmac` makes an object for each text, which Node then has to collect. Two one-shot hashes take half of the
 * processor time.
 *
 * @returns a function from a text of ASCII characters to the 32 bytes in base64url
 */
export function hmacSha256(key: KeyObject): (text: string) => string {
  const bytes = keyOfOneBlock(key.export());
  let inner = padKey(bytes, INNER_PAD, TEXT_BYTES);
  const outer = padKey(bytes, OUTER_PAD, HASH_BYTES);
  return (text) => {
    const length = BLOCK_BYTES + text.length;
    if (length > inner.length) inner = padKey(bytes, INNER_PAD, 2 * text.length);
    inner.write(text, BLOCK_BYTES, 'latin1');
    // The inner hash is passed as a text: a buffer for 32 bytes costs Node more than the hash itself.
    outer.write(hash('sha256', inner.subarray(0, length), 'binary'), BLOCK_BYTES, 'latin1');
    return hash('sha256', outer, 'base64url');
  };
}

/** The key as one block at most: a longer one is hashed (RFC 2104 §2). */
function keyOfOneBlock(key: Buffer): Buffer {
  return key.length <= BLOCK_BYTES ? key : Buffer.from(hash('sha256', key, 'hex'), 'hex');
}

/** A block with the key, filled with zeros and combined with the pad, and room behind it. */
function padKey(key: Buffer, pad: number, room: number): Buffer {
  const all = Buffer.alloc(BLOCK_BYTES + room);
  for (let at = 0; at < BLOCK_BYTES; at += 1) all[at] = (key[at] ?? 0) ^ pad;
  return all;
}
