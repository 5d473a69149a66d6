import type { Budget, ServiceDefinition } from '@countersign/contract';
import type { GatewayBinding } from '../domain/gateway-binding.js';
import type { Lock } from '../domain/lock.js';
import type { Entry } from './repository.js';
import type { KeyUse, NewKey } from './signers.js';

/** Enrolled gateways and the broker's keys. These rows belong to the deployment. */
export interface GatewayRepositories {
  gateways: Entry<
    GatewayRepository,
    'insert' | 'revoke' | 'registerIdentity' | 'seen' | 'setPins' | 'setVersion' | 'close'
  >;
  keys: Entry<SigningKeyRepository, 'insert' | 'retire' | 'revoke'>;
}

/** A gateway process that may connect. `publicKey` is its Ed25519 identity (base64url, raw), registered once. */
export interface EnrolledGateway extends GatewayBinding {
  id: string;
  name: string;
  secretHash: string;
  publicKey: string | null;
  createdAt: string;
  revokedAt: string | null;
  /** When a broker last had contact with it, to about a minute; null if none ever had. */
  lastSeenAt: string | null;
  /** Since when it counts as vanished. */
  closedAt: string | null;
  /** The trust that it has pinned, as it reported last. */
  pins: GatewayPin[];
  /** When the gateway made that report, by its own clock; null if it gave no time. */
  pinsAt: string | null;
  /** Its version, as it announced it last; null if it never did. */
  version: string | null;
  /** The forms of messages that this version reads and writes, as it announced them; see docs/feed.md. */
  forms: string | null;
}

/** Hash of the pinned genesis, and of versions that the chain from there must contain. */
interface PinRoot {
  pinned: string;
  atLeast?: string[];
}

/**
 * What a gateway has pinned of a tenant. `current` is the hash of the version in force. `behind` is the hash of the last
 * version that it holds, while that is older than the pin requires. `next` is a pin that replaces this one at that instant.
 * `alarm`: someone removed this pin from the file on the gateway's host, or replaced it there; it stays in force.
 */
export interface GatewayPin extends PinRoot {
  tenant: string;
  current: string | null;
  behind?: string;
  next?: PinRoot & { from: string };
  alarm?: 'missing' | 'replaced';
}

export interface GatewayRepository {
  find(id: string): Promise<EnrolledGateway | null>;
  list(): Promise<EnrolledGateway[]>;
  /** Not closed yet, and revoked or last seen before that time (null: only the revoked ones). */
  vanished(silentBefore: string | null): Promise<EnrolledGateway[]>;
  insert(gateway: EnrolledGateway): Promise<void>;
  revoke(id: string, at: string): Promise<boolean>;
  /** Compare-and-swap on “none yet”; false if a key is registered already. It is a contact too, so that the gateway can vanish. */
  registerIdentity(id: string, publicKey: string, at: string): Promise<boolean>;
  /** Notes contact with these. @returns those that had been closed and are not revoked: they are open again */
  seen(ids: readonly string[], at: string): Promise<EnrolledGateway[]>;
  setPins(id: string, pins: GatewayPin[], pinsAt: string | null): Promise<void>;
  setVersion(id: string, version: string, forms: string): Promise<void>;
  /**
   * Logs in which the gateway has not signed its chain since it was wanted to, and since when. For those that were wanted
   * after `since` and up to `now`, at most `limit`.
   */
  headsWanted(
    id: string,
    span: { since: string; now: string },
    limit: number,
  ): Promise<{ tenant: string; after: string }[]>;
  /** Compare-and-swap on “not closed”. */
  close(id: string, at: string): Promise<boolean>;
}

/** A key of the broker. Its secret is stored encrypted under the master key. */
export interface StoredKey extends NewKey {
  use: KeyUse;
  createdAt: string;
  /** It signs from then on. It is published before, so that gateways know it first. */
  activeFrom: string;
  /** Set by rotation: verifies until then. */
  retiresAt: string | null;
  revokedAt: string | null;
}

export interface SigningKeyRepository {
  list(use: KeyUse): Promise<StoredKey[]>;
  insert(key: StoredKey): Promise<void>;
  retire(kid: string, at: string): Promise<void>;
  revoke(kid: string, at: string): Promise<boolean>;
}

/** What gateways must be told of. `ref` is an id, a slug, a name or a hash, by kind. */
export type FeedChangeKind =
  | 'grant'
  | 'services'
  | 'keys'
  | 'tenant'
  | 'gateway'
  | 'lock'
  | 'trust'
  | 'stop'
  | 'relayed';

/** The feed as a unit of work writes it. */
export interface FeedChanges {
  changed(kind: FeedChangeKind, ref: string): Promise<void>;
}

/** The feed's history has one epoch for each time that the store was restored from a backup. */
export interface FeedEpochs {
  /**
   * Begins the next epoch; every gateway gets a new snapshot.
   *
   * @param least the epoch is at least this one: another database may have opened those before it
   * @returns the epoch, and the position that it follows
   */
  openEpoch(least?: number): Promise<{ epoch: number; after: { epoch: number; seq: number } }>;
}

export interface FeedChange {
  /** Gap-free over the whole deployment. */
  seq: number;
  kind: FeedChangeKind;
  ref: string;
  /** Random; tells this change from another with the same number in a history that has forked. Null for old ones. */
  mark: string | null;
}

/** An active grant as the feed publishes it to gateways, with the parts of its terms that they check before they see a token. */
export interface PublishedGrant {
  id: string;
  digest: string;
  tenant: string;
  service: string;
  startsAt: string;
  endsAt: string;
  budget: Budget | null;
}

/** The feed as its publisher reads it. */
export interface FeedReads {
  head(): Promise<{ epoch: number; seq: number }>;
  /** The mark of the change with this number; null if it has none, or does not exist. */
  markAt(seq: number): Promise<string | null>;
  /** Changes after `seq`, oldest first. */
  since(seq: number, limit: number): Promise<FeedChange[]>;
  /** Every active grant, however many: only what gateways must know of them. */
  activeGrants(): Promise<PublishedGrant[]>;
  /** Hashes of the route maps that active grants' terms name. */
  liveRoutes(): Promise<string[]>;
  /** Every active lock. */
  locks(): Promise<Lock[]>;
  /** Route maps by hash, removed services' included. */
  routeMaps(hashes: readonly string[]): Promise<Map<string, ServiceDefinition>>;
}
