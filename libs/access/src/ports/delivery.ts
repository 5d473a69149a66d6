import type { ServiceDefinition } from '@countersign/scope';
import type { Grant } from '../grant/grant.js';
import type { Lock } from '../lock/lock.js';
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
  attempts: number;
}

export interface OutboxReads {
  /** Undelivered notices whose time has come, oldest first. */
  due(now: string, limit: number): Promise<Notice[]>;
  /** Notices, delivered or not, whose id sorts after this text, in the order of their ids: about that of time. */
  after(id: string, limit: number): Promise<Notice[]>;
}

export interface OutboxWrites {
  /**
   * Takes notices that are due for this caller alone: nobody else finds them due before `until`, and whoever
   * dies with them leaves them to be delivered then.
   */
  claim(now: string, until: string, limit: number): Promise<Notice[]>;
  delivered(id: string, at: string): Promise<void>;
  /** Counts an attempt; the next comes no earlier than `nextAt`. */
  failed(id: string, nextAt: string): Promise<void>;
}

export interface FeedChange {
  /** Gap-free over the whole deployment. */
  seq: number;
  kind: FeedChangeKind;
  ref: string;
}

/** What the gateways' feed is made of. */
export interface FeedReads {
  head(): Promise<{ epoch: number; seq: number }>;
  /** Changes after `seq`, oldest first. */
  since(seq: number, limit: number): Promise<FeedChange[]>;
  activeGrants(): Promise<Grant[]>;
  /** Every lock in force. */
  locks(): Promise<Lock[]>;
  /** Route maps by hash, removed services' included. */
  routeMaps(hashes: readonly string[]): Promise<Map<string, ServiceDefinition>>;
}
