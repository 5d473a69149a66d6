import { z } from 'zod';
import { count, id, parseShape, positive, uuid } from './shapes.js';

const amounts = z.strictObject({ calls: count, bytes: count });
/** Forwarded calls and bytes of response bodies, counted from the start of a boot. */
export type Amounts = z.infer<typeof amounts>;

const request = z.strictObject({
  boot: uuid,
  grant: id('grt'),
  turn: positive,
  used: amounts,
  wish: amounts,
});
/**
 * The body of `POST /gateway/v1/leases`: how much of a grant's budget this boot of the gateway has used, and the total up to
 * which it wants to use it. A `wish` above the total that it holds requests more, one below gives back. `turn` counts the
 * requests of (boot, grant), so that the broker ignores one that a later one overtook.
 */
export type LeaseRequest = z.infer<typeof request>;

const answer = z.strictObject({
  held: z.strictObject({ calls: count.nullable(), bytes: count.nullable() }),
  elsewhere: z.boolean(),
});
/**
 * The answer: the totals up to which this boot may use the budget, null without such a limit. `elsewhere`: other gateways
 * hold a part that they may still give back.
 */
export type LeaseAnswer = z.infer<typeof answer>;

const closing = z.strictObject({ boots: z.array(uuid).min(1).max(100) });
/** The body of `POST /gateway/v1/leases/closed`: boots that have ended and whose last records the broker has. */
export type LeaseClosing = z.infer<typeof closing>;

/** Throws ProtocolError `invalid_lease`. */
export const parseLeaseRequest = (value: unknown): LeaseRequest =>
  parseShape(request, value, 'invalid_lease');

/** Throws ProtocolError `invalid_lease`. */
export const parseLeaseAnswer = (value: unknown): LeaseAnswer => parseShape(answer, value, 'invalid_lease');

/** Throws ProtocolError `invalid_lease`. */
export const parseLeaseClosing = (value: unknown): LeaseClosing =>
  parseShape(closing, value, 'invalid_lease');
