import type { Person } from '../domain/person.js';

/** An API key; of its secret only the SHA-256 (hex) is stored. */
export interface ApiKey {
  id: string;
  hash: string;
  person: string;
  tenant: string | null;
  createdAt: string;
  expiresAt: string;
  revokedAt: string | null;
}

export interface ApiKeyReads {
  find(id: string): Promise<ApiKey | null>;
  /** The key with its person, whatever their state: the caller judges expiry, revocation, removal. */
  findByHash(hash: string): Promise<{ key: ApiKey; person: Person } | null>;
  list(): Promise<{ key: ApiKey; person: Person }[]>;
  /** Oldest first, whatever their state. */
  ofPerson(person: string): Promise<ApiKey[]>;
}

export interface ApiKeyWrites extends ApiKeyReads {
  insert(key: ApiKey): Promise<void>;
  /** False where it was revoked already or never was. */
  revoke(id: string, at: string): Promise<boolean>;
  revokeAllOf(person: string, at: string): Promise<void>;
}

/** A gateway process that may connect. `publicKey` is its Ed25519 identity (base64url, raw), registered once. */
export interface EnrolledGateway {
  id: string;
  name: string;
  secretHash: string;
  publicKey: string | null;
  createdAt: string;
  revokedAt: string | null;
  /** When a broker last heard of it, to about a minute; null where none ever did. */
  lastSeenAt: string | null;
  /** Since when it counts as vanished. */
  closedAt: string | null;
  /** Whose trust it has pinned, as it said last. */
  pins: GatewayPin[];
}

/** Hash of the pinned genesis, and of versions that the chain from there must contain. */
interface PinRoot {
  pinned: string;
  atLeast?: string[];
}

/**
 * What a gateway believes of a tenant: `current` is the hash of the version in force, `behind` of the last one that it
 * holds while that is not as far as the pin demands; `next` is a pin that takes its place at that instant.
 */
export interface GatewayPin extends PinRoot {
  tenant: string;
  current: string | null;
  behind?: string;
  next?: PinRoot & { from: string };
}

export interface GatewayReads {
  find(id: string): Promise<EnrolledGateway | null>;
  list(): Promise<EnrolledGateway[]>;
  /** Revoked, or last heard before that time (null: those alone that are revoked), and not closed yet. */
  vanished(silentBefore: string | null): Promise<EnrolledGateway[]>;
}

export interface GatewayWrites extends GatewayReads {
  insert(gateway: EnrolledGateway): Promise<void>;
  revoke(id: string, at: string): Promise<boolean>;
  /** Compare-and-swap on “none yet”; false where a key is registered already. */
  registerIdentity(id: string, publicKey: string): Promise<boolean>;
  /** Notes that these were heard of. @returns those that had been closed and are not revoked: they are open again */
  seen(ids: readonly string[], at: string): Promise<EnrolledGateway[]>;
  setPins(id: string, pins: GatewayPin[]): Promise<void>;
  /** Compare-and-swap on “not closed”. */
  close(id: string, at: string): Promise<boolean>;
}

/** A key pair of the broker; the private half is stored encrypted under the master key. `use` tells what it signs. */
export interface StoredKey {
  kid: string;
  use: 'token' | 'feed' | 'log';
  /** JWK (RFC 7517), public half. */
  publicJwk: Record<string, unknown>;
  /** PKCS #8 PEM; never leaves the broker. */
  privatePem: string;
  createdAt: string;
  /** Signs from here on; it is published before, so that gateways know it first. */
  activeFrom: string;
  /** Set by rotation: verifies until then. */
  retiresAt: string | null;
  revokedAt: string | null;
}

export interface KeyReads {
  list(use: StoredKey['use']): Promise<StoredKey[]>;
}

export interface KeyWrites extends KeyReads {
  insert(key: StoredKey): Promise<void>;
  retire(kid: string, at: string): Promise<void>;
  revoke(kid: string, at: string): Promise<boolean>;
}
