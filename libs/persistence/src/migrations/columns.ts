import type { TableColumnOptions } from 'typeorm';
import type { TableForeignKeyOptions } from 'typeorm/schema-builder/options/TableForeignKeyOptions.js';

/**
 * Released migrations use these: once 0.1.0 is out, write a new migration instead of changing one.
 *
 * Columns by the four types that both engines share (varchar, text, integer, bigint). The names say what may be NULL.
 */
export const key = (name: string, type = 'varchar'): TableColumnOptions => ({ name, type, isPrimary: true });
const column =
  (type: string, isNullable: boolean) =>
  (name: string): TableColumnOptions => ({
    name,
    type,
    isNullable,
  });

export const word = column('varchar', false);
export const wordOrNull = column('varchar', true);
export const text = column('text', false);
export const textOrNull = column('text', true);
export const integer = column('integer', false);
export const integerOrNull = column('integer', true);
export const bigint = column('bigint', false);
export const bigintOrNull = column('bigint', true);

const FILTERS = ['tenant', 'state', 'service', 'requester'];

/** An index for each combination of list filters, ending in the order of the list. */
export function listIndices(table: string, order: string[]): { name: string; columnNames: string[] }[] {
  const sets = FILTERS.reduce<string[][]>(
    (all, filter) => all.concat(all.map((set) => set.concat(filter))),
    [[]],
  );
  return sets.map((set) => ({
    name: `${table}_list${set.map((filter) => `_${filter}`).join('')}`,
    columnNames: [...set, ...order],
  }));
}

/** A foreign key on another table's `id`. */
export const refers = (name: string, column: string, table: string): TableForeignKeyOptions => ({
  name,
  columnNames: [column],
  referencedTableName: table,
  referencedColumnNames: ['id'],
});
