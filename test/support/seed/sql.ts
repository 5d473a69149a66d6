/** The SQL in which the two engines differ, for bulk loads. */
export interface Dialect {
  /** Rows `n(i)` from 0 to `count - 1`. */
  numbers(count: number): string;
  /** 12 hexadecimal digits of a whole number. */
  hex(expression: string): string;
  /** An instant in the format of our columns, from seconds since 1970. */
  instant(seconds: string): string;
  /** Name and definition of each index that does not belong to a constraint. */
  indices: string;
}

export const DIALECTS: Readonly<Record<'sqlite' | 'postgres', Dialect>> = {
  sqlite: {
    numbers: (count) =>
      `(WITH RECURSIVE c(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM c WHERE i < ${count - 1}) SELECT i FROM c) n`,
    hex: (expression) => `printf('%012x', ${expression})`,
    instant: (seconds) => `strftime('%Y-%m-%dT%H:%M:%S.000Z', ${seconds}, 'unixepoch')`,
    indices: `SELECT name, sql AS definition FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL`,
  },
  postgres: {
    numbers: (count) => `generate_series(0, ${count - 1}) AS n(i)`,
    hex: (expression) => `lpad(to_hex(${expression}), 12, '0')`,
    instant: (seconds) =>
      `to_char(to_timestamp(${seconds}) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS".000Z"')`,
    indices: `SELECT indexname AS name, indexdef AS definition FROM pg_indexes i
      WHERE schemaname = current_schema() AND NOT EXISTS
        (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)`,
  },
};
