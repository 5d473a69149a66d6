import { z } from 'zod';
import { count, id, parseWith, positive, uuid } from '../shapes.js';

const amounts = z.strictObject({ calls: count, bytes: count });
/** Calls let through and bytes of response body, counted from the start of a boot. */
export type Amounts = z.infer<typeof amounts>;

const ask = z.strictObject({
  boot: uuid,
  grant: id('grt'),
  turn: positive,
  used: amounts,
  wish: amounts,
});
/**
 * The body of `POST /gateway/v1/leases`: how much of a grant's budget a boot of this gateway has used so far, and up to
 * which total it wants to be free to go. A wish above what is held asks for more, one below gives back. `turn` counts
 * the asks of (boot, grant): the broker passes over one that was overtaken.
 */
export type LeaseAsk = z.infer<typeof ask>;

const answer = z.strictObject({
  held: z.strictObject({ calls: count.nullable(), bytes: count.nullable() }),
  elsewhere: z.boolean(),
});
/**
 * The answer: the totals up to which this boot may go, null where the budget has no such limit. `elsewhere`: other
 * gateways hold a part that they may still give back.
 */
export type LeaseAnswer = z.infer<typeof answer>;

const closing = z.strictObject({ boots: z.array(uuid).min(1).max(100) });
/** The body of `POST /gateway/v1/leases/closed`: boots that have ended, and whose records the broker has to the last. */
export type LeaseClosing = z.infer<typeof closing>;

/** Strict reading of an ask. Throws ProtocolError `invalid_lease`. */
export const parseLeaseAsk = (value: unknown): LeaseAsk => parseWith(ask, value, 'invalid_lease');

/** Strict reading of the answer. Throws ProtocolError `invalid_lease`. */
export const parseLeaseAnswer = (value: unknown): LeaseAnswer => parseWith(answer, value, 'invalid_lease');

/** Strict reading of a closing. Throws ProtocolError `invalid_lease`. */
export const parseLeaseClosing = (value: unknown): LeaseClosing => parseWith(closing, value, 'invalid_lease');
