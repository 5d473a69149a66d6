import type { StoredKey } from './gateways.js';

/** What each key of the broker signs, and how. Gateways, browsers and verifiers of logs accept no other algorithm. */
export const KEY_ALGORITHMS = {
  /** Grant tokens. */
  token: 'ES256',
  /** The gateways' feed. */
  feed: 'EdDSA',
  /** The logs' checkpoints and statements. */
  log: 'EdDSA',
  /** Requests to push services (VAPID, RFC 8292). */
  push: 'ES256',
} as const;

export type KeyUse = keyof typeof KEY_ALGORITHMS;

/**
 * One key that signs. It need not be in this process: `sign` may take its time, and may fail. So a caller holds no
 * transaction and no lock meanwhile, has lost nothing if it fails, and decides whether to retry.
 */
export interface Signer {
  readonly kid: string;
  readonly alg: (typeof KEY_ALGORITHMS)[KeyUse];
  /** JWK (RFC 7517), public half. */
  readonly publicKey: Record<string, unknown>;
  /** @returns 64 bytes: ES256 as r ‖ s (RFC 7518, section 3.4), EdDSA as Ed25519 (RFC 8032) */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

/** A key that has just been made. */
export interface NewKey {
  /** RFC 7638 thumbprint. */
  kid: string;
  /** JWK (RFC 7517), public half, with `alg`, `use` and `kid`. */
  publicJwk: Record<string, unknown>;
  /** What the signer needs to use the key: the private half, or the place where it is. Sealed in the database; it never leaves the broker. */
  secret: string;
}

/**
 * Where the broker's private keys are. Which key signs when, and how keys are replaced, is in the database and does not
 * depend on this.
 */
export interface Signers {
  /** Makes a key. A caller that turns out not to need it drops it. */
  make(use: KeyUse): Promise<NewKey>;
  open(key: StoredKey): Signer;
}
