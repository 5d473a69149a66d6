import type { DeliveryChannel, NoticeKind } from '@countersign/contract';
import type { AccessRequest } from '../domain/access-request.js';
import type { Grant } from '../domain/grant.js';
import type { NoticeAddress } from '../domain/notice-address.js';
import type { PersonalMessage } from '../domain/notice-choices.js';
import type { Person } from '../domain/person.js';
import type { Review } from '../domain/review.js';
import type { NoticesReadUnit } from './deployment.js';
import type { Entry, Page, PageQuery } from './repository.js';

/** Notices of every tenant and where they go. */
export interface NoticeRepositories {
  outbox: Entry<OutboxRepository>;
  deliveries: Entry<DeliveryRepository, 'prune'>;
  deliveryQueues: Entry<DeliveryQueues, 'fanOut' | 'claim' | 'settle' | 'retry'>;
}

/** What people are notified of, later and at least once (P7). */
export interface NoticeDraft {
  kind: NoticeKind;
  subject: string;
  /**
   * Person ids (`usr_…`), roles (`role:{vendor or tenant}:{role}`) and groups of a tenant's approvers
   * (`group:{tenant}:{group}`); `except:{tenant}:{group}` takes a group out again.
   */
  audience: string[];
  at: string;
}

/** The outbox as a tenant's unit of work writes it. */
export interface Outbox {
  /** @returns its id (`ntc_…`) */
  add(notice: NoticeDraft): Promise<string>;
}

/** A row of the outbox. Every delivery carries its id, so that recipients recognise a repetition. */
export interface Notice extends NoticeDraft {
  /** `ntc_…`; stable over retries. */
  id: string;
  tenant: string;
}

/** The outbox as the broker reads it. */
export interface OutboxRepository {
  /** Notices that have not been fanned out yet and whose time has come; oldest first. */
  due(now: string, limit: number): Promise<Notice[]>;
  /** Notices, delivered or not, whose id sorts after this text, in the order of their ids: about that of time. */
  after(id: string, limit: number): Promise<Notice[]>;
}

/**
 * `due` waits for its time. `dead` was given up and waits until a person retries it. `skipped` no longer concerns its
 * recipient.
 */
export const DELIVERY_STATES = ['due', 'delivered', 'dead', 'skipped'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** One notice by one channel to one recipient. Each succeeds, waits and fails on its own. */
export interface Delivery {
  /** `ntc_…` */
  notice: string;
  channel: DeliveryChannel;
  /** The key by which the channel finds the recipient: a person's id, an endpoint's key. */
  recipient: string;
  tenant: string;
  /** What concerns one request reaches one recipient in order: its request, or a key of its own. */
  orderKey: string;
  state: DeliveryState;
  /** Attempts begun since it was made or retried. */
  attempts: number;
  /** No attempt before this instant; null while it waits for an earlier one about the same request. */
  nextAt: string | null;
  deliveredAt: string | null;
  deadAt: string | null;
  /** A code; never a text of the other side. */
  lastError: string | null;
}

/** One message of a notice: to one recipient, or to several who get the same (`reachesMany`). */
export interface MessageDraft {
  channel: DeliveryChannel;
  recipient: string;
  others?: readonly string[];
  orderKey: string;
}

/** A message whose attempt has begun. */
export interface ClaimedMessage {
  notice: Notice;
  channel: DeliveryChannel;
  recipient: string;
  /** Further recipients of the same message. */
  others: readonly string[];
  orderKey: string;
  /** Attempts before this one. */
  attempts: number;
  lastError: string | null;
}

/** How an attempt ended for some of the message's recipients. */
export interface MessagePart {
  recipients: readonly string[];
  outcome: DeliveryOutcome;
}

/** An attempt that has ended. The parts have each recipient once. */
export interface EndedMessage {
  message: ClaimedMessage;
  parts: readonly MessagePart[];
  /** What goes out in its place. A delivery that is there already stays as it is. */
  instead: readonly MessageDraft[];
}

/** A notice with its deliveries. */
export interface NoticeView {
  notice: Notice;
  deliveries: Delivery[];
}

/** How an attempt ended. */
export type DeliveryOutcome =
  | { state: 'delivered'; at: string }
  | { state: 'skipped'; error: string }
  /** `uncounted` if the other side asked for time: the attempt does not count. */
  | { state: 'due'; nextAt: string; error: string; uncounted?: true }
  | { state: 'dead'; at: string; error: string };

export interface DeliveryRepository {
  /** How many messages are in the state, counted up to `most`. */
  count(state: DeliveryState, most: number): Promise<number>;
  /** When the oldest of the notices was stored that have not reached all their recipients yet; null if there is none. */
  oldestDue(): Promise<string | null>;
  /** Notices, newest first, that have a delivery in the state; without a state, all notices that went anywhere. */
  list(
    filter: { state?: DeliveryState | undefined; tenant?: string | undefined },
    page: PageQuery,
  ): Promise<Page<NoticeView>>;
  find(notice: string): Promise<NoticeView | null>;
  /**
   * Deletes notices from before this instant that went out, with their deliveries. A notice with a due or dead delivery
   * stays.
   * @param after where the last batch ended; null to begin
   */
  prune(before: string, after: string | null, limit: number): Promise<PrunedBatch>;
}

/**
 * Messages that wait for an attempt. What concerns one request reaches one recipient in order, and one recipient gets one
 * message at a time; a message to several waits for its own earlier ones alone. Each step costs the same however many wait.
 */
export interface DeliveryQueues {
  /**
   * Takes notices out of the outbox and stores where they go, each once.
   * @returns how many no other broker has taken
   */
  fanOut(
    addressed: readonly { notice: Notice; drafts: readonly MessageDraft[] }[],
    at: string,
  ): Promise<number>;
  /**
   * Begins attempts of one channel, the longest due first: counts them, and lets no one else begin one before `until`. After a
   * crash there is a second attempt, never none.
   */
  claim(
    channel: DeliveryChannel,
    limit: number,
    when: { now: string; until: string },
  ): Promise<ClaimedMessage[]>;
  /** Ends the attempts that `claim` began. A late end, after another attempt has begun, changes nothing. */
  settle(channel: DeliveryChannel, ended: readonly EndedMessage[], at: string): Promise<void>;
  /** For each channel, since when the message that has waited longest has been due. */
  dueSince(): Promise<Partial<Record<DeliveryChannel, string>>>;
  /** Makes the dead deliveries of a notice due again, with all their attempts. @returns how many there were */
  retry(notice: string, at: string): Promise<number>;
}

export interface PrunedBatch {
  deleted: number;
  /** Where to continue; null at the end. */
  next: string | null;
}

/** A notice with what it is about and whom it addresses, as of the fan-out. */
export interface AddressedNotice {
  notice: Notice;
  /** Null if the subject is no request and no grant. */
  request: AccessRequest | null;
  grant: Grant | null;
  /** Reviews of the request. */
  reviews: readonly Review[];
  /** The tenant's addresses that get this kind of notice. */
  addresses: readonly NoticeAddress[];
  /** The audience as persons: each once, none removed, none of another tenant. */
  persons: readonly Person[];
}

/** A recipient that is one person. */
export interface PersonalRecipient extends PersonalMessage {
  person: string;
}

/** The result of an attempt that did not fail. */
export type Delivered = { done: 'delivered' } | { done: 'skipped'; code: string };

/** The result of an attempt for some of the recipients. */
export interface DeliveredPart {
  recipients: readonly string[];
  result: Delivered | DeliveryFailure;
}

/**
 * A way by which notices leave the broker. It translates and decides nothing. A recipient may get a notice more than
 * once; the id shows that it is the same.
 */
export interface NoticeChannel {
  readonly name: DeliveryChannel;
  /** Attempts under way at once, each to another recipient. */
  readonly mostAtOnce: number;
  /** One message can go to all recipients. Absent: each gets one of its own. */
  readonly reachesMany?: true;
  /** A message to a person that is not dead surely leads to them. */
  readonly surelyArrives?: true;
  /** Keys by which `deliver` finds each recipient again. */
  recipients(addressed: AddressedNotice, unit: NoticesReadUnit): Promise<string[]>;
  /**
   * The recipients that are one person's own. That person's choices apply to them, except with `isFixed`: that message only
   * updates what the person already has. Absent: there are none.
   */
  personal?(
    recipients: readonly string[],
    addressed: AddressedNotice,
    unit: NoticesReadUnit,
  ): Promise<ReadonlyMap<string, PersonalRecipient>>;
  /**
   * @returns one result for all recipients, or a list of results, each for some of them
   * @throws DeliveryFailure if it failed for all
   */
  deliver(message: ClaimedMessage, signal: AbortSignal): Promise<Delivered | readonly DeliveredPart[]>;
  /** Ends what the channel keeps open. */
  close?(): void;
}

/** An attempt failed. `code` is kept and shown; `cause` goes to the operator's log alone. */
export class DeliveryFailure extends Error {
  /** True if no later attempt can succeed. */
  readonly final: boolean;
  /** The other side asks for this delay: no attempt before that. Null if it asks for none. */
  readonly retryAfterSeconds: number | null;
  /** Whether the attempt counts. One after which the other side asks for a delay counts only if the channel says so. */
  readonly counts: boolean;

  constructor(
    readonly code: string,
    more: { final?: boolean; retryAfterSeconds?: number; counts?: boolean; cause?: unknown } = {},
  ) {
    super(`not delivered: ${code}`, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'DeliveryFailure';
    this.final = more.final ?? false;
    this.retryAfterSeconds = more.retryAfterSeconds ?? null;
    this.counts = more.counts ?? this.retryAfterSeconds === null;
  }
}
