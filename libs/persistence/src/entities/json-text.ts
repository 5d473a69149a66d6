import type { ValueTransformer } from 'typeorm';

/** JSON in a text column: what was written is read back, on each engine alike. */
export const jsonText: ValueTransformer = {
  to: (value: unknown) => (value === null || value === undefined ? null : JSON.stringify(value)),
  from: (value: string | null): unknown => (value === null ? null : JSON.parse(value)),
};

/** A list in a column that came later: rows from before have none. */
export const jsonList: ValueTransformer = {
  to: (value: readonly unknown[] | null | undefined) =>
    value === undefined ? value : JSON.stringify(value ?? []),
  from: (value: string | null) => (value === null ? [] : JSON.parse(value)),
};
