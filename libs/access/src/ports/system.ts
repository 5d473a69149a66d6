import type { IdPrefix } from '@countersign/contract';

/** Wall clock, passed in so that tests choose the time. */
export interface Clock {
  now(): Date;
}

/** Makes ids: prefix + lower-case hyphenated UUIDv7 (docs/contract.md, Ids and names). Ids of one process sort by creation. */
export interface Ids {
  next(prefix: IdPrefix): string;
}

/** Cryptographically secure random bytes. */
export interface Randomness {
  bytes(length: number): Uint8Array;
}

/** Makes key pairs; the broker's host has one. */
export interface KeyMaker {
  /** ES256, for grant tokens. `kid` is the RFC 7638 thumbprint. */
  tokenKey(): KeyPair;
  /** Ed25519, for the gateways' feed. */
  feedKey(): KeyPair;
  /** Ed25519, for the logs' checkpoints. */
  logKey(): KeyPair;
  /** P-256, to authenticate to push services (VAPID, RFC 8292). */
  pushKey(): KeyPair;
  /**
   * Signs a log's new key with the one that it replaces (docs/log.md, New keys): both as C2SP verifier keys under the log's
   * origin.
   */
  handOver(
    log: { deployment: string; slug: string; epoch: number },
    replaced: KeyPair,
    next: KeyPair,
  ): { vkey: string; replaces: string; signature: string };
}

export interface KeyPair {
  kid: string;
  publicJwk: Record<string, unknown>;
  /** PKCS #8 PEM. */
  privatePem: string;
}
