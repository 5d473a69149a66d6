import { z } from 'zod';
import { bytes32, count, parseShape, slug, uuid } from '../shapes.js';
import { accessRecord, signature } from './access-record.js';

/** The most records of one batch. */
export const MAX_BATCH_RECORDS = 1_000;
/** A gateway closes a batch at this size of JSON. The broker accepts a body of twice that. */
export const MAX_BATCH_BYTES = 1024 * 1024;

const opening = z.strictObject({ value: z.string(), salt: bytes32 });

const entry = z.strictObject({
  record: accessRecord,
  openings: z.strictObject({ path: opening.exactOptional() }),
});
/** A record and the openings of its commitments, which can be erased. */
export type RecordEntry = z.infer<typeof entry>;

const batch = z
  .strictObject({
    boot: uuid,
    entries: z.array(entry).min(1).max(MAX_BATCH_RECORDS),
    signature: signature.exactOptional(),
    seen: z.string().max(100).exactOptional(),
    complete: z.literal(true).exactOptional(),
    follows: z.literal(true).exactOptional(),
  })
  .refine(
    ({ boot, entries }) => entries.every(({ record }) => record.boot === boot),
    'every record is of the boot',
  )
  .refine(
    ({ entries }) => entries.every(({ record }) => record.previous === undefined || record.seq === 1),
    'only the first record of a chain names the run before',
  )
  .refine(
    ({ entries }) =>
      entries.every(({ record: { lane, seq, kind } }) =>
        lane?.beside === undefined ? lane === undefined || seq === 1 || kind === 'head' : seq === 1,
      ),
    'only the first record of a chain and heads name the lane, and only the first one the other lanes',
  )
  .refine(
    ({ entries }) =>
      entries.every(
        ({ record }) =>
          record.kind !== 'allowed' || record.outcome === undefined || record.mode !== 'gateway',
      ),
    'a call through the gateway has its outcome in another record',
  );
/**
 * The body of `POST /gateway/v1/records`: records of one boot, those of a tenant in the order of their `seq`. `signature` is by
 * the gateway's identity over all of them (`signBatch`). A batch of a gateway that is older than its broker has none. That is
 * a missing right (403) and no wrong shape (400): a gateway sets records aside whose shape the broker rejects for long.
 *
 * `seen` is the highest place of the feed that the gateway has reached (`formatSeenPlace`). `complete`: a broker has confirmed every
 * record that the gateway wrote before these. With them a broker notices that its database is an older one. `follows`: the batch before these is on its way, and has no answer yet; a
 * broker that has not got it takes none of these. They are not signed: who
 * changes them can only have a batch refused for now, or taken as if the gateway said nothing.
 */
export type RecordBatch = z.infer<typeof batch>;

const answer = z.strictObject({ accepted: z.record(slug, count) });
/** The broker's answer: for every tenant of the batch the last `seq` that it holds. */
export type RecordAnswer = z.infer<typeof answer>;

/** Throws ProtocolError `invalid_records`. */
export function parseRecordBatch(value: unknown): RecordBatch {
  return parseShape(batch, value, 'invalid_records');
}

/** Throws ProtocolError `invalid_records`. */
export function parseRecordAnswer(value: unknown): RecordAnswer {
  return parseShape(answer, value, 'invalid_records');
}

const registration = z.strictObject({ publicKey: bytes32 });
/** The body of `POST /gateway/v1/identity`: the gateway's own Ed25519 public key, raw, in base64url. */
type IdentityRegistration = z.infer<typeof registration>;

/** Throws ProtocolError `invalid_records`. */
export function parseIdentityRegistration(value: unknown): IdentityRegistration {
  return parseShape(registration, value, 'invalid_records');
}
