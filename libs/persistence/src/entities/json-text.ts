import type { ValueTransformer } from 'typeorm';

/** JSON in a text column: what was written is read back, on each engine alike. */
export const jsonText: ValueTransformer = {
  to: (value: unknown) => (value === null || value === undefined ? null : JSON.stringify(value)),
  from: (value: string | null): unknown => (value === null ? null : JSON.parse(value)),
};
