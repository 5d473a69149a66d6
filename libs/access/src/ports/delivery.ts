import type { Budget, ServiceDefinition } from '@countersign/contract';
import type { Lock } from '../domain/lock.js';
import type { FeedChangeKind } from './repositories.js';

/** A row of the outbox: what people are told, with the id under which every delivery of it is recognised. */
export interface Notice {
  /** `ntc_…`; stable over retries. */
  id: string;
  tenant: string;
  kind: string;
  subject: string;
  audience: string[];
  at: string;
}

export interface OutboxReads {
  /** Notices of which nobody has yet found out where they go, and whose time has come; oldest first. */
  due(now: string, limit: number): Promise<Notice[]>;
  /** Notices, delivered or not, whose id sorts after this text, in the order of their ids: about that of time. */
  after(id: string, limit: number): Promise<Notice[]>;
}

export interface FeedChange {
  /** Gap-free over the whole deployment. */
  seq: number;
  kind: FeedChangeKind;
  ref: string;
  /** Random; tells this change from another that has its number in a history that parted. Null for old ones. */
  mark: string | null;
}

/** An active grant as gateways know it, with what of its terms they judge by before they see a token. */
export interface ActiveGrant {
  id: string;
  digest: string;
  tenant: string;
  service: string;
  startsAt: string;
  endsAt: string;
  budget: Budget | null;
}

/** What the gateways' feed is made of. */
export interface FeedReads {
  head(): Promise<{ epoch: number; seq: number }>;
  /** The mark of the change with this number; null where it has none, or is not there. */
  markAt(seq: number): Promise<string | null>;
  /** Changes after `seq`, oldest first. */
  since(seq: number, limit: number): Promise<FeedChange[]>;
  /** Every active grant, however many: only what gateways must know of them. */
  activeGrants(): Promise<ActiveGrant[]>;
  /** Hashes of the route maps that active grants' terms name. */
  liveRoutes(): Promise<string[]>;
  /** Every lock in force. */
  locks(): Promise<Lock[]>;
  /** Route maps by hash, removed services' included. */
  routeMaps(hashes: readonly string[]): Promise<Map<string, ServiceDefinition>>;
}
