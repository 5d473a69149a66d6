const SEQUENCE = 0x30;
const INTEGER = 0x02;
const SCALAR_BYTES = 32;

/**
 * Reads a P-256 signature in the form of WebAuthn §6.5.5 (Ecdsa-Sig-Value in ASN.1 DER, RFC 3279 §2.2.3):
 *
 *     30 LEN  02 LEN r  02 LEN s
 *
 * Returns r ‖ s, 64 bytes. Undefined unless the input is strict DER: no other form of length, no superfluous zero, nothing
 * after it.
 */
export function readEcdsaSignature(der: Uint8Array): Uint8Array | undefined {
  if (der[0] !== SEQUENCE || der[1] !== der.length - 2) return undefined;
  const r = readScalar(der, 2);
  if (r === undefined) return undefined;
  const s = readScalar(der, r.end);
  if (s?.end !== der.length) return undefined;
  const raw = new Uint8Array(2 * SCALAR_BYTES);
  raw.set(r.bytes, SCALAR_BYTES - r.bytes.length);
  raw.set(s.bytes, 2 * SCALAR_BYTES - s.bytes.length);
  return raw;
}

/**
 * Reads a positive INTEGER of at most 32 bytes, without the zero that keeps its sign. An INTEGER that is cut short has an
 * `end` beyond the input; the caller compares the ends.
 */
function readScalar(der: Uint8Array, at: number): { bytes: Uint8Array; end: number } | undefined {
  if (der[at] !== INTEGER) return undefined;
  const end = at + 2 + (der[at + 1] ?? 0);
  const bytes = der.subarray(at + 2, end);
  const [first = 0, second = 0] = bytes;
  // Negative, empty or zero, or with a leading zero that is not needed for the sign.
  if (first >= 0x80 || (first === 0 && second < 0x80)) return undefined;
  const scalar = first === 0 ? bytes.subarray(1) : bytes;
  return scalar.length <= SCALAR_BYTES ? { bytes: scalar, end } : undefined;
}
