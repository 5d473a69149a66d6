import type { AccessRequest } from '../domain/access-request.js';
import type { Grant } from '../domain/grant.js';
import type { Person } from '../domain/person.js';
import type { Delivery, DeliveryChannel } from './deliveries.js';
import type { Notice } from './delivery.js';
import type { VendorReadUnit } from './store.js';

/** A notice with what it is about and whom it is for, as they stand when its recipients are sought. */
export interface AddressedNotice {
  notice: Notice;
  /** Null where the subject is no request and no grant. */
  request: AccessRequest | null;
  grant: Grant | null;
  /** The audience as persons; nobody twice, nobody removed, nobody of another tenant. */
  persons: readonly Person[];
}

/** What an attempt came to, where it did not fail. */
export type Delivered = { done: 'delivered' } | { done: 'skipped'; code: string };

/**
 * A way by which notices leave the broker. It translates and decides nothing. A recipient may be told more
 * than once of one notice; its id says so.
 */
export interface NoticeChannel {
  readonly name: DeliveryChannel;
  /** Attempts under way at once, each to another recipient. */
  readonly mostAtOnce: number;
  /** Keys by which `deliver` finds each recipient again. */
  recipients(addressed: AddressedNotice, unit: VendorReadUnit): Promise<string[]>;
  /** @throws DeliveryFailure */
  deliver(delivery: Delivery, signal: AbortSignal): Promise<Delivered>;
}

/** An attempt failed. `code` is kept and shown; `cause` goes to the operator's log alone. */
export class DeliveryFailure extends Error {
  /** True where no later attempt can do better. */
  readonly final: boolean;
  /** The other side asks for so long: no attempt before that, and this one does not count. Null where it does. */
  readonly retryAfterSeconds: number | null;

  constructor(
    readonly code: string,
    more: { final?: boolean; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(`not delivered: ${code}`, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'DeliveryFailure';
    this.final = more.final ?? false;
    this.retryAfterSeconds = more.retryAfterSeconds ?? null;
  }
}
