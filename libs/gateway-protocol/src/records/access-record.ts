import { DEPLOYMENT_SLUG, isCommitment, MAX_RESOURCE_LENGTH } from '@countersign/contract';
import { z } from 'zod';
import { count, id, instant, moment, positive, sha256Text, slug, uuid } from '../shapes.js';

const commitment = z.string().refine(isCommitment, 'is no commitment');
const name = z.string().min(1).max(256);
/** Longer than any resource: a record that a call can bring about must never be one that the broker refuses. */
const long = z
  .string()
  .min(1)
  .max(8 * MAX_RESOURCE_LENGTH);
/** Ed25519, base64url: the gateway's identity over the record without this member (`signRecord`). */
const signature = z.string().regex(/^[A-Za-z0-9_-]{86}$/, 'is no Ed25519 signature');

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
  /** Hash of the trust document by which the call was judged; null for a tenant that has pinned none at this gateway. */
  trust: sha256Text.nullable().exactOptional(),
};

/** Durable before the call is forwarded. `route` is the template of the map that the terms name. */
const allowed = z.strictObject({
  ...chained,
  kind: z.literal('allowed'),
  ...call,
  route: long,
  resource: long,
  action: long,
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
  route: long.nullable(),
  resource: long.nullable(),
  action: long.nullable(),
  code: name,
  count: positive,
});

/** At most so many lines in one `counters` record: it stays far below the size of a leaf. */
export const MAX_COUNTS = 300;

/** So many refusals of one code within a minute; `service` null where the path names no known one. */
const minuteCount = z.strictObject({
  service: slug.nullable(),
  code: name,
  minute: instant,
  count: positive,
});

/**
 * Refusals without a verified token, a minute of a gateway in one record: they are worth no record each. Those with a
 * token that found no room in the spool are counted here too. Signed, so that the deployment's chain needs no heads.
 */
const counters = z.strictObject({
  ...chained,
  kind: z.literal('counters'),
  tenant: z.literal(DEPLOYMENT_SLUG),
  counts: z.array(minuteCount).min(1).max(MAX_COUNTS),
  signature,
});

/** The gateway's word for its chain up to here: `seq` and `prev` under its signature. Once a minute where it moved. */
const head = z.strictObject({ ...chained, kind: z.literal('head'), signature });

export const accessRecord = z.discriminatedUnion('kind', [allowed, outcome, refused, counters, head]);

export type MinuteCount = z.infer<typeof minuteCount>;
export type CountersRecord = z.infer<typeof counters>;
export type HeadRecord = z.infer<typeof head>;
export type AccessRecord = z.infer<typeof accessRecord>;

/** Those that the gateway's identity signs: by them a third party knows how far a chain went. */
export type SignedRecord = CountersRecord | HeadRecord;

type Without<R, K extends string> = R extends AccessRecord ? Omit<R, K> : never;
/** A record in its place that has not been signed yet. */
export type UnsignedRecord = Without<SignedRecord, 'signature'>;
/** A record before it has its place in a chain, and with it its signature. */
type Unchained<R extends AccessRecord> = Without<R, 'seq' | 'prev' | 'signature'>;
export type UnchainedRecord = Unchained<AccessRecord>;
