import {
  CALL_MODES,
  CALL_OUTCOMES,
  DEPLOYMENT_SLUG,
  isCommitment,
  MAX_RESOURCE_LENGTH,
  type MemberOf,
  type RecordKind,
  requesterFactsSchema,
} from '@countersign/contract';
import { z } from 'zod';
import { count, digestText, id, instant, moment, positive, slug, uuid } from '../shapes.js';

const commitment = z.string().refine(isCommitment, 'is not a commitment');
const name = z.string().min(1).max(256);
/** Longer than any resource, so that the broker never refuses a record that a call has caused. */
const long = z
  .string()
  .min(1)
  .max(8 * MAX_RESOURCE_LENGTH);
/** Ed25519 in base64url, by the gateway's identity. Of a record: over the record without this member (`signRecord`). */
export const signature = z.string().regex(/^[A-Za-z0-9_-]{86}$/, 'is not an Ed25519 signature');

/** A record of an earlier run: which run, its number in that run's chain of the tenant, and its hash. */
const runEnd = z.strictObject({ boot: uuid, seq: positive, hash: digestText });
export type RunEnd = z.infer<typeof runEnd>;

/** The most worker processes of a gateway that write records. */
export const MAX_LANES = 64;
const laneNumber = z
  .int()
  .min(0)
  .max(MAX_LANES - 1);

/**
 * Which lane of its gateway wrote the record. A gateway with several worker processes writes as many chains side by side for each
 * tenant, and each process has a lane: a run continues the newest run of its own lane. `of`: how many lanes the gateway has; 1 if
 * it had more before, which the record names.
 * `beside`, in the first record of a chain alone: for each other lane with records of this tenant, a record that it had when the
 * process started. So a lane that is left out of the log shows in the others.
 */
const lane = z
  .strictObject({
    number: laneNumber,
    of: z.int().min(1).max(MAX_LANES),
    beside: z
      .array(z.strictObject({ lane: laneNumber, ...runEnd.shape }))
      .min(1)
      .max(MAX_LANES - 1)
      .exactOptional(),
  })
  .refine(({ number, of }) => number < of, 'the number is below the count');
export type RecordLane = z.infer<typeof lane>;
export type LaneEnd = NonNullable<RecordLane['beside']>[number];

/** The table of members names those of each kind: none is missing here. */
type Shape<Kind extends RecordKind> = Record<MemberOf<Kind>, z.ZodType>;

/**
 * Members of every record. `seq` counts from 1 within (gateway, boot, tenant). `prev` is the hash of the record before.
 * `previous` is in the first record of a chain alone: the record that the gateway wrote for this tenant just before, in an
 * earlier run of the same lane. Null if the gateway knows of none: it is new, or its disk was lost.
 * `lane` is in the first record of a chain and in heads, if the gateway has more than one lane.
 */
const chained = {
  v: z.literal(1),
  id: id('rec'),
  gateway: id('gtw'),
  boot: uuid,
  tenant: slug,
  seq: positive,
  prev: digestText.nullable(),
  previous: runEnd.nullable().exactOptional(),
  lane: lane.exactOptional(),
  at: moment,
};

/** Who called what, under which grant. `path` is the commitment to the upstream path with its query. */
const call = {
  grant: id('grt'),
  digest: digestText,
  request: id('req'),
  service: slug,
  person: id('usr'),
  method: z.string().regex(/^[A-Z-]{1,41}$/),
  path: commitment,
  mode: z.enum(CALL_MODES),
  /** The hash of the trust document that was applied. Null for a tenant without one at this gateway. */
  trust: digestText.nullable().exactOptional(),
  /** What the terms of the grant state about the requester's place and employer. Absent if they state nothing. */
  requesterFacts: requesterFactsSchema.exactOptional(),
};

/** The name of a header that was not forwarded, in lower case; a longer one is cut. */
const headerName = z.string().regex(/^[a-z0-9-]{1,64}$/, 'is not a header name');

/**
 * Describes a call that fetches a file. `from`: the record of the earlier call whose answer had the presigned link; both records have
 * the same route, resource, action, method and path. `host`: the storage, with its port if the link has one.
 */
const recordedFile = z.strictObject({ from: id('rec'), host: z.string().min(1).max(261) });
export type RecordedFile = z.infer<typeof recordedFile>;

/**
 * Durable before the call is forwarded. `route` is the name of the route by the map that the terms name (`routeName`): its path
 * template, and for a persisted operation also name and hash. `droppedHeaders`: the
 * names of request headers that are not forwarded, at most the first hundred. Absent if there are none. `context`: how the
 * call is signed for the upstream. Absent: `ed25519`. `masked`: the gateway masks fields of the answer. `file`: the answer is a file
 * from a storage. `tenantFrom`: the call named no tenant, so the service had to name it in the response. Absent: the gateway read the
 * tenant in the call. `outcome`: the record is the whole call, and no outcome follows: a proxy or the service's own middleware asked, so
 * no gateway learns how the call ends. Absent: an `outcome` record follows.
 */
const allowed = z.strictObject({
  ...chained,
  kind: z.literal('allowed'),
  ...call,
  route: long,
  resource: long,
  action: long,
  droppedHeaders: z.array(headerName).min(1).max(100).exactOptional(),
  context: z.enum(['hmac', 'none']).exactOptional(),
  tenantFrom: z.literal('service').exactOptional(),
  masked: z.literal(true).exactOptional(),
  file: recordedFile.exactOptional(),
  outcome: z.literal('unknown').exactOptional(),
} satisfies Shape<'allowed'>);

/**
 * Why an answer, or the rest of it, did not reach the client: the gateway could not find its fields. `link`: it may contain a link that
 * the client must not get and that the gateway cannot replace. `too_many_links`: the gateway keeps as many links as it can.
 */
export const WITHHELD_REASONS = [
  'malformed',
  'not_json',
  'encoded',
  'partial',
  'link',
  'too_many_links',
] as const;
export type WithheldReason = (typeof WITHHELD_REASONS)[number];

/**
 * The outcome of an allowed call, with its id. `status` is null if the upstream gave none. `bytes` counts the response body
 * that was sent. `bodySha256` is that of the request body, null without one. `sentSha256`: that of the `bytes` that were sent, for a
 * route with `download` whose answer began; else absent. `cut`: ended early by the client, a stop or the
 * end of the grant. `unknown`: the gateway died before it knew. `maskedFields`: how many fields of the answer were masked,
 * if it was read for that. `withheld`: the answer did not reach the client, or only its beginning did.
 */
const outcome = z.strictObject({
  ...chained,
  kind: z.literal('outcome'),
  status: z.int().min(100).max(599).nullable(),
  bytes: count,
  bodySha256: digestText.nullable(),
  sentSha256: digestText.exactOptional(),
  durationMs: count,
  outcome: z.enum(CALL_OUTCOMES),
  maskedFields: count.exactOptional(),
  withheld: z.enum(WITHHELD_REASONS).exactOptional(),
} satisfies Shape<'outcome'>);

/** A refused call with a verified token. `count` above 1: this record stands for so many equal refusals within a minute. */
const refused = z.strictObject({
  ...chained,
  kind: z.literal('refused'),
  ...call,
  route: long.nullable(),
  resource: long.nullable(),
  action: long.nullable(),
  code: name,
  count: positive,
} satisfies Shape<'refused'>);

/** The most lines of one `counters` record, which then stays far below the size of a leaf. */
export const MAX_COUNTS = 300;

/** How many refusals of one code there were within a minute. `service` is null if the path names no known one. */
const minuteCount = z.strictObject({
  service: slug.nullable(),
  code: name,
  minute: instant,
  count: positive,
});

/**
 * Refusals without a verified token, one record a minute and gateway, because anyone can cause them. Refusals with a token
 * that found no room in the spool are counted here too. It is signed, so that the deployment's chain needs no heads.
 */
const counters = z.strictObject({
  ...chained,
  kind: z.literal('counters'),
  tenant: z.literal(DEPLOYMENT_SLUG),
  counts: z.array(minuteCount).min(1).max(MAX_COUNTS),
  signature,
} satisfies Shape<'counters'>);

/** The gateway signs its chain up to here: `seq` and `prev`. Once a minute if the chain has grown. */
const head = z.strictObject({ ...chained, kind: z.literal('head'), signature } satisfies Shape<'head'>);

export const accessRecord = z.discriminatedUnion('kind', [allowed, outcome, refused, counters, head]);

export type MinuteCount = z.infer<typeof minuteCount>;
export type CountersRecord = z.infer<typeof counters>;
export type HeadRecord = z.infer<typeof head>;
export type AccessRecord = z.infer<typeof accessRecord>;

/** Records that the gateway's identity signs. They prove to a third party how long a chain is. */
export type SignedRecord = CountersRecord | HeadRecord;

type Without<R, K extends string> = R extends AccessRecord ? Omit<R, K> : never;
/** A record with its place in the chain, before it is signed. */
export type UnsignedRecord = Without<SignedRecord, 'signature'>;
/** A record before it has its place in the chain and its signature. */
type Unchained<R extends AccessRecord> = Without<R, 'seq' | 'prev' | 'previous' | 'lane' | 'signature'>;
export type UnchainedRecord = Unchained<AccessRecord>;
