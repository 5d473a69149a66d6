/**
 * SHA-256 (FIPS 180-4) that answers at once. The browser's own hashing answers later, for each hash; a verifier needs two
 * hashes for each leaf, and the proofs are computed by code that must not wait. `requireSameHash` compares the two.
 */

/** The first 32 bits of the fractional parts of the square roots of the first eight primes, and of the cube roots of the first 64. */
const INITIAL = fractions(8, Math.sqrt);
const ROUND = fractions(64, Math.cbrt);

const BLOCK_BYTES = 64;
const LENGTH_BYTES = 8;

const schedule = new Int32Array(64);

/** @returns 32 bytes */
export function sha256(data: Uint8Array): Uint8Array {
  const state = Int32Array.from(INITIAL);
  const whole = data.length - (data.length % BLOCK_BYTES);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let at = 0; at < whole; at += BLOCK_BYTES) compress(state, view, at);
  const end = padded(data.subarray(whole), data.length);
  for (let at = 0; at < end.byteLength; at += BLOCK_BYTES) compress(state, end, at);
  const hash = new DataView(new ArrayBuffer(32));
  state.forEach((word, index) => {
    hash.setInt32(index * 4, word);
  });
  return new Uint8Array(hash.buffer);
}

/** The last bytes, the bit 1, zeros, and the length of all the data in bits as 64-bit number (§5.1.1). */
function padded(rest: Uint8Array, length: number): DataView {
  const blocks = rest.length + 1 + LENGTH_BYTES > BLOCK_BYTES ? 2 : 1;
  const bytes = new Uint8Array(blocks * BLOCK_BYTES);
  bytes.set(rest);
  bytes[rest.length] = 0x80;
  const view = new DataView(bytes.buffer);
  view.setBigUint64(bytes.length - LENGTH_BYTES, BigInt(length) * 8n);
  return view;
}

/** §6.2.2: mixes one block of 64 bytes into the state. */
function compress(state: Int32Array, block: DataView, offset: number): void {
  const w = schedule;
  for (let t = 0; t < 16; t += 1) w[t] = block.getInt32(offset + t * 4);
  for (let t = 16; t < 64; t += 1) {
    const early = w[t - 15] as number;
    const late = w[t - 2] as number;
    const s0 = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3);
    const s1 = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10);
    w[t] = ((w[t - 16] as number) + s0 + (w[t - 7] as number) + s1) | 0;
  }
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let d = state[3] as number;
  let e = state[4] as number;
  let f = state[5] as number;
  let g = state[6] as number;
  let h = state[7] as number;
  for (let t = 0; t < 64; t += 1) {
    const choice = (e & f) ^ (~e & g);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const t1 =
      (h +
        (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
        choice +
        (ROUND[t] as number) +
        (w[t] as number)) |
      0;
    const t2 = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + majority) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] = (state[0] as number) + a;
  state[1] = (state[1] as number) + b;
  state[2] = (state[2] as number) + c;
  state[3] = (state[3] as number) + d;
  state[4] = (state[4] as number) + e;
  state[5] = (state[5] as number) + f;
  state[6] = (state[6] as number) + g;
  state[7] = (state[7] as number) + h;
}

const rotate = (word: number, bits: number): number => (word >>> bits) | (word << (32 - bits));

function fractions(count: number, root: (value: number) => number): Int32Array {
  const words: number[] = [];
  for (let candidate = 2; words.length < count; candidate += 1)
    if (isPrime(candidate)) words.push(Math.floor((root(candidate) % 1) * 2 ** 32));
  return Int32Array.from(words, (word) => word | 0);
}

function isPrime(value: number): boolean {
  for (let factor = 2; factor * factor <= value; factor += 1) if (value % factor === 0) return false;
  return true;
}
