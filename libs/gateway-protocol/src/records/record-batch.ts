import { z } from 'zod';
import { bytes32, count, parseWith, slug, uuid } from '../shapes.js';
import { accessRecord } from './access-record.js';

/** At most so many records in one batch. */
export const MAX_BATCH_RECORDS = 1_000;
/** A gateway closes a batch at this size of JSON; the broker accepts twice that as body. */
export const MAX_BATCH_BYTES = 1024 * 1024;

const opening = z.strictObject({ value: z.string(), salt: bytes32 });

const entry = z.strictObject({
  record: accessRecord,
  openings: z.strictObject({ path: opening.exactOptional() }),
});
/** A record, and beside it the openings of its commitments, which can be erased. */
export type RecordEntry = z.infer<typeof entry>;

const batch = z
  .strictObject({ boot: uuid, entries: z.array(entry).min(1).max(MAX_BATCH_RECORDS) })
  .refine(
    ({ boot, entries }) => entries.every(({ record }) => record.boot === boot),
    'every record is of the boot',
  );
/** The body of `POST /gateway/v1/records`: records of one boot, those of a tenant in the order of their `seq`. */
type RecordBatch = z.infer<typeof batch>;

const answer = z.strictObject({ accepted: z.record(slug, count) });
/** The broker's answer: for every tenant of the batch the last `seq` that it holds. */
export type RecordAnswer = z.infer<typeof answer>;

/** Strict reading of a batch. Throws ProtocolError `invalid_records`. */
export function parseRecordBatch(value: unknown): RecordBatch {
  return parseWith(batch, value, 'invalid_records');
}

/** Strict reading of the answer. Throws ProtocolError `invalid_records`. */
export function parseRecordAnswer(value: unknown): RecordAnswer {
  return parseWith(answer, value, 'invalid_records');
}
