import { toInstant } from '@countersign/contract';
import type { ValueTransformer } from 'typeorm';

/**
 * The one spelling in which instants are compared in SQL: milliseconds, `Z`. Mixed spellings would not sort
 * (`…00.123Z` sorts before `…00Z`).
 */
export const comparable = (instant: string): string => new Date(instant).toISOString();

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
