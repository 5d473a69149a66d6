const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const VALUES = new Map([...ALPHABET].map((char, index) => [char, index]));

/** base64url without padding (RFC 4648 §5). Written by hand: browsers have no Buffer, and `btoa` knows no bytes. */
export function encodeBase64url(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const chars = Math.min(4, bytes.length - i + 1);
    for (let at = 0; at < chars; at++) text += ALPHABET.charAt((group >> (18 - 6 * at)) & 63);
  }
  return text;
}

/**
 * The bytes of a base64url text; undefined unless the text is their one canonical spelling: no padding, no other
 * alphabet, no leftover bits. With two spellings of the same bytes an attacker could re-spell a signed value.
 */
export function decodeBase64url(text: string): Uint8Array | undefined {
  if (text.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let size = 0;
  let at = 0;
  for (const char of text) {
    const value = VALUES.get(char);
    if (value === undefined) return undefined;
    bits = ((bits << 6) | value) & 0xffff;
    size += 6;
    if (size >= 8) {
      size -= 8;
      bytes[at++] = (bits >> size) & 0xff;
    }
  }
  return (bits & ((1 << size) - 1)) === 0 ? bytes : undefined;
}
