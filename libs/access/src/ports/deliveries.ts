import type { Notice } from './delivery.js';
import type { Page, PageQuery } from './repositories.js';

/** A way by which people and programs are told. */
export const DELIVERY_CHANNELS = ['mail', 'webhook', 'slack'] as const;
export type DeliveryChannel = (typeof DELIVERY_CHANNELS)[number];

/**
 * `due` waits for its time; `dead` was given up and waits for somebody who retries it; `skipped` no longer
 * concerns its recipient.
 */
export const DELIVERY_STATES = ['due', 'delivered', 'dead', 'skipped'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** One notice by one channel to one recipient: each succeeds, waits and dies alone. */
export interface Delivery {
  /** `ntc_…` */
  notice: string;
  channel: DeliveryChannel;
  /** What the channel finds the recipient by: a person's id, an endpoint's key. */
  recipient: string;
  tenant: string;
  /** The request that it is about: what concerns one request reaches one recipient in order. */
  lane: string;
  state: DeliveryState;
  /** Attempts begun since it was made or retried. */
  attempts: number;
  /** No attempt before this instant. */
  nextAt: string;
  deliveredAt: string | null;
  deadAt: string | null;
  /** A code; never what the other side said. */
  lastError: string | null;
}

/** Where a notice goes, as the fan-out found it. */
export interface DeliveryDraft {
  channel: DeliveryChannel;
  recipient: string;
  lane: string;
}

/** A notice with where it went. */
export interface NoticeView {
  notice: Notice;
  deliveries: Delivery[];
}

/** How an attempt ended. */
export type DeliveryOutcome =
  | { state: 'delivered'; at: string }
  | { state: 'skipped'; error: string }
  /** `uncounted` where the other side asked for time: it was no attempt. */
  | { state: 'due'; nextAt: string; error: string; uncounted?: true }
  | { state: 'dead'; at: string; error: string };

export interface DeliveryReads {
  /**
   * Deliveries of one channel whose time has come, oldest notice first. One that follows an undelivered
   * one of the same recipient and request is not among them, nor one whose recipient is `busy`.
   */
  due(channel: DeliveryChannel, now: string, limit: number, busy: readonly string[]): Promise<Delivery[]>;
  /** How many are in the state, counted up to `most`. */
  count(state: DeliveryState, most: number): Promise<number>;
  /** Notices, newest first, that have a delivery in the state; all notices that went anywhere where none is given. */
  list(
    filter: { state?: DeliveryState | undefined; tenant?: string | undefined },
    page: PageQuery,
  ): Promise<Page<NoticeView>>;
  find(notice: string): Promise<NoticeView | null>;
}

export interface DeliveryWrites {
  /**
   * Takes a notice out of the outbox and notes where it goes, once.
   * @returns false where somebody else has done so
   */
  fanOut(notice: Notice, drafts: readonly DeliveryDraft[], at: string): Promise<boolean>;
  /**
   * Begins an attempt: counts it, and lets nobody else begin one before `until`. What comes after a crash
   * is a second attempt, never none.
   * @returns false where somebody else was faster
   */
  claim(delivery: Delivery, until: string): Promise<boolean>;
  /** Ends the attempt that `claim` began. */
  settle(delivery: Delivery, outcome: DeliveryOutcome): Promise<void>;
  /** Makes the dead deliveries of a notice due again, with all their attempts. @returns how many there were */
  retry(notice: string, at: string): Promise<number>;
  /**
   * Deletes notices of before this instant that went out, with their deliveries, where none is due or dead.
   * @param after where the last batch ended; null to begin
   */
  prune(before: string, after: string | null, limit: number): Promise<PrunedBatch>;
}

export interface PrunedBatch {
  deleted: number;
  /** Where to go on; null at the end. */
  next: string | null;
}
