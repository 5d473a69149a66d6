import { toInstant } from '@countersign/contract';
import type { ValueTransformer } from 'typeorm';

/**
 * The one spelling in which instants are compared in SQL: milliseconds, `Z`. Mixed spellings would not sort
 * (`…00.123Z` sorts before `…00Z`).
 */
export const comparable = (instant: string): string =>
  IS_COMPARABLE.test(instant) ? instant : new Date(instant).toISOString();

/** As `toISOString` writes it. Nearly all of our instants are: reading and writing one costs more than this look. */
const IS_COMPARABLE =
  /^[12]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/** Column of an instant that the domain holds in whole seconds and that SQL compares. */
export const wholeSeconds: ValueTransformer = {
  to: (value: string | null) => (value === null ? null : comparable(value)),
  from: (value: string | null) => (value === null ? null : toInstant(new Date(value))),
};

/** Column of an instant with milliseconds that SQL compares. */
export const milliseconds: ValueTransformer = {
  to: (value: string | null) => (value === null ? null : comparable(value)),
  from: (value: string | null) => value,
};

/** PostgreSQL gives `bigint` as text; ours stay far below 2^53. */
export const bigInteger: ValueTransformer = {
  to: (value: number | null) => value,
  from: (value: string | number | null) => (value === null ? null : Number(value)),
};

/** JSON in a text column: what was written is read back, on each engine alike. */
export const jsonText: ValueTransformer = {
  to: (value: unknown) => (value === null || value === undefined ? null : JSON.stringify(value)),
  from: (value: string | null): unknown => (value === null ? null : JSON.parse(value)),
};

/** A list; NULL is an empty one. */
export const jsonList: ValueTransformer = {
  to: (value: readonly unknown[] | null | undefined) =>
    value === undefined ? value : JSON.stringify(value ?? []),
  from: (value: string | null) => (value === null ? [] : JSON.parse(value)),
};

const HASH_BYTES = 32;

/** Hashes of 32 bytes that stand one after the other. */
export const splitHashes = (bytes: Uint8Array): Uint8Array[] =>
  Array.from({ length: bytes.length / HASH_BYTES }, (_, at) =>
    bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES),
  );

/** Hashes one after the other, as base64 text. */
export const hashList: ValueTransformer = {
  to: (hashes: readonly Uint8Array[]) => Buffer.concat(hashes).toString('base64'),
  from: (text: string): Uint8Array[] => splitHashes(Buffer.from(text, 'base64')),
};
