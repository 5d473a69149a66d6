import { DEPLOYMENT_SLUG, isCommitment } from '@countersign/scope';
import { z } from 'zod';
import { count, id, instant, moment, positive, sha256Text, slug, uuid } from '../shapes.js';

const commitment = z.string().refine(isCommitment, 'is no commitment');
const name = z.string().min(1).max(256);

/** Members of every record. `seq` counts from 1 within (gateway, boot, tenant); `prev` is the record before it. */
const chained = {
  v: z.literal(1),
  id: id('rec'),
  gateway: id('gtw'),
  boot: uuid,
  tenant: slug,
  seq: positive,
  prev: sha256Text.nullable(),
  at: moment,
};

/** Who called what, under which grant. `path` commits to the upstream path with its query. */
const call = {
  grant: id('grt'),
  digest: sha256Text,
  request: id('req'),
  service: slug,
  person: id('usr'),
  method: z.string().regex(/^[A-Z-]{1,41}$/),
  path: commitment,
  mode: z.literal('gateway'),
};

/** Durable before the call is forwarded. `route` is the template of the map that the terms name. */
const allowed = z.strictObject({
  ...chained,
  kind: z.literal('allowed'),
  ...call,
  route: name,
  resource: name,
  action: name,
});

/**
 * What became of an allowed call, by its id. `status` null where the upstream gave none; `bytes` of response body
 * sent; `bodySha256` of the request body, null where there was none. `cut`: ended early by the client, by a stop or
 * by the end of the grant. `unknown`: the gateway died before it knew.
 */
const outcome = z.strictObject({
  ...chained,
  kind: z.literal('outcome'),
  status: z.int().min(100).max(599).nullable(),
  bytes: count,
  bodySha256: sha256Text.nullable(),
  durationMs: count,
  outcome: z.enum(['completed', 'cut', 'failed', 'unknown']),
});

/** A refused call with a verified token. `count` above 1: so many alike within a minute folded into this one. */
const refused = z.strictObject({
  ...chained,
  kind: z.literal('refused'),
  ...call,
  route: name.nullable(),
  resource: name.nullable(),
  action: name.nullable(),
  code: name,
  count: positive,
});

/** Refusals without a verified token, by service, code and minute. They are worth no leaf each. */
const counters = z.strictObject({
  ...chained,
  kind: z.literal('counters'),
  tenant: z.literal(DEPLOYMENT_SLUG),
  service: slug.nullable(),
  code: name,
  minute: instant,
  count: positive,
});

export const accessRecord = z.discriminatedUnion('kind', [allowed, outcome, refused, counters]);

export type AllowedRecord = z.infer<typeof allowed>;
export type OutcomeRecord = z.infer<typeof outcome>;
export type RefusedRecord = z.infer<typeof refused>;
export type CountersRecord = z.infer<typeof counters>;
export type AccessRecord = z.infer<typeof accessRecord>;

/** A record before it has its place in a chain. */
export type Unchained<R extends AccessRecord> = R extends AccessRecord ? Omit<R, 'seq' | 'prev'> : never;
export type UnchainedRecord = Unchained<AccessRecord>;
