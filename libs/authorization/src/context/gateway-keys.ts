import { createPublicKey, createSecretKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { ContextRefused } from './verify-context.js';

const PATH = '/countersign/jwks.json';
const FETCH_MS = 3_000;
const MAX_BYTES = 64 * 1024;
/** An unknown key is asked for at most this often, so that forged contexts cause no flood of requests to gateways. */
const RETRY_MS = 5_000;
/** The pause after an attempt in which a gateway did not answer. Shorter, because its calls are refused meanwhile. */
const RETRY_AFTER_FAILURE_MS = 1_000;

/** The keys of trusted gateways. A gateway makes its key once, so they are read once, and again for an unknown key. */
export class GatewayKeys {
  private keys = new Map<string, KeyObject>();
  private retryAt = Number.NEGATIVE_INFINITY;
  private failure: unknown;
  private fetching: Promise<void> | undefined;

  /** `gateways`: origins such as `http://gateway.internal:4100`. `fixed`: keys that are trusted without asking. */
  constructor(
    private readonly gateways: readonly string[],
    fixed: readonly JsonWebKey[],
    private readonly monotonic: () => number = () => performance.now(),
  ) {
    this.add(fixed);
  }

  get(kid: string): KeyObject | undefined {
    return this.keys.get(kid);
  }

  /**
   * Resolves when the key is known, or when no gateway has it. Throws ContextRefused `keys_unavailable` if it is unknown and
   * not every gateway could be asked.
   */
  async load(kid: string): Promise<void> {
    if (this.keys.has(kid) || this.gateways.length === 0) return;
    if (this.fetching !== undefined || this.monotonic() >= this.retryAt) {
      this.fetching ??= this.fetchAll().finally(() => {
        this.fetching = undefined;
      });
      await this.fetching;
    }
    if (this.failure === undefined || this.keys.has(kid)) return;
    throw new ContextRefused(
      'keys_unavailable',
      `a gateway's keys could not be read: ${String(this.failure)}`,
    );
  }

  private async fetchAll(): Promise<void> {
    const answers = await Promise.allSettled(this.gateways.map(fetchKeys));
    for (const answer of answers) if (answer.status === 'fulfilled') this.add(answer.value);
    const failed = answers.find((answer) => answer.status === 'rejected');
    this.failure = failed?.reason;
    this.retryAt = this.monotonic() + (failed === undefined ? RETRY_MS : RETRY_AFTER_FAILURE_MS);
  }

  private add(keys: readonly JsonWebKey[]): void {
    for (const jwk of keys) {
      const { kty, crv, kid } = jwk as JsonWebKey & { kid?: unknown };
      if (kty !== 'OKP' || crv !== 'Ed25519' || typeof kid !== 'string') continue;
      this.keys.set(kid, createPublicKey({ key: jwk, format: 'jwk' }));
    }
  }
}

/** RFC 7518 §3.2: at least as long as the hash. */
const HMAC_KEY_BYTES = 32;

/** Keys that gateways share with this service, by id. Throws TypeError for one that cannot be one: calls would fail for it. */
export function readHmacKeys(keys: readonly JsonWebKey[]): ReadonlyMap<string, KeyObject> {
  return new Map(
    keys.map((jwk) => {
      const { kty, kid, alg, k } = jwk as JsonWebKey & { kid?: unknown; alg?: unknown };
      const bytes = typeof k === 'string' ? Buffer.from(k, 'base64url') : Buffer.alloc(0);
      if (kty !== 'oct' || typeof kid !== 'string' || (alg !== undefined && alg !== 'HS256'))
        throw new TypeError('a key of `hmacKeys` is not what `countersign gateways context-key` prints');
      if (bytes.length < HMAC_KEY_BYTES) throw new TypeError('a key of `hmacKeys` is shorter than 32 bytes');
      return [kid, createSecretKey(bytes)];
    }),
  );
}

async function fetchKeys(gateway: string): Promise<JsonWebKey[]> {
  const url = new URL(PATH, gateway);
  const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(FETCH_MS) });
  if (!answer.ok) throw new Error(`${url.origin} answered ${answer.status}`);
  const text = await answer.text();
  if (text.length > MAX_BYTES) throw new Error(`${url.origin} answered too much`);
  const { keys } = JSON.parse(text) as { keys?: unknown };
  if (!Array.isArray(keys)) throw new Error(`${url.origin} answered no keys`);
  return keys as JsonWebKey[];
}
