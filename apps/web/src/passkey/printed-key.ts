import { decodeBase64url, encodeBase64url, utf8 } from '@countersign/contract';

// How a recovery key is printed. 35 bytes in Crockford's base32 (https://www.crockford.com/base32.html), most significant bit
// first, are 56 characters without a remainder:
//
//   secret, 32 bytes ‖ the first 3 bytes of SHA-256("countersign/recovery-key/v1" ‖ 0x00 ‖ secret)
//
// The checksum finds a mistyped key before anything is signed.

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const SECRET_BYTES = 32;
const CHECK_BYTES = 3;
const PRINTED = 56;

/** The printed form of a secret (32 bytes as base64url): 56 characters, without groups. */
export async function printKey(secret: string): Promise<string> {
  const bytes = decodeBase64url(secret);
  if (bytes?.length !== SECRET_BYTES) throw new Error('a recovery key has 32 bytes');
  const whole = [...bytes, ...(await checkBytes(bytes))];
  let printed = '';
  // Eight characters have the 40 bits of five bytes.
  for (let at = 0; at < whole.length; at += 5) {
    const bits = whole.slice(at, at + 5).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
    for (let place = 35n; place >= 0n; place -= 5n) printed += ALPHABET[Number((bits >> place) & 31n)];
  }
  return printed;
}

/**
 * The secret of a typed key, as base64url. Spaces, hyphens and the case of letters do not count; O is read as 0, I and L as 1.
 *
 * @returns null if it cannot be a key: characters are missing, wrong, or in another order
 */
export async function readPrintedKey(typed: string): Promise<string | null> {
  const text = typed
    .replaceAll(/[\s-]+/g, '')
    .toUpperCase()
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
  const values = [...text].map((character) => ALPHABET.indexOf(character));
  if (values.length !== PRINTED || values.includes(-1)) return null;
  const whole: number[] = [];
  for (let at = 0; at < values.length; at += 8) {
    const bits = values.slice(at, at + 8).reduce((sum, value) => sum * 32n + BigInt(value), 0n);
    for (let place = 32n; place >= 0n; place -= 8n) whole.push(Number((bits >> place) & 255n));
  }
  const secret = Uint8Array.from(whole.slice(0, SECRET_BYTES));
  const check = await checkBytes(secret);
  return check.every((byte, at) => byte === whole[SECRET_BYTES + at]) ? encodeBase64url(secret) : null;
}

async function checkBytes(secret: Uint8Array): Promise<number[]> {
  const labelled = Uint8Array.from([...utf8('countersign/recovery-key/v1'), 0, ...secret]);
  return [...new Uint8Array(await crypto.subtle.digest('SHA-256', labelled))].slice(0, CHECK_BYTES);
}

/** The key in groups of four, as the file has it: `7Q2M-…`. */
export const groupedKey = (printed: string): string => (printed.match(/.{1,4}/g) ?? []).join('-');
