import type { EntityManager, EntityTarget, ObjectLiteral } from 'typeorm';
import { columnsOf, rowsSources } from './rows-source.js';

/**
 * Inserts rows, however many, in a few statements.
 *
 * @param onKnown what becomes of a row whose key is there already: it fails the unit, is passed over, or takes the place
 *   of the one with the same values in these columns
 */
export async function insertRows<Row extends ObjectLiteral>(
  manager: EntityManager,
  entity: EntityTarget<Row>,
  rows: readonly Row[],
  onKnown: 'refuse' | 'skip' | { replaces: readonly string[] } = 'refuse',
): Promise<void> {
  const columns = columnsOf(manager, entity).map(({ name }) => name);
  const names = columns.map((name) => `"${name}"`).join(', ');
  const into = `INSERT INTO ${manager.dataSource.getMetadata(entity).tableName} (${names})`;
  const rest = onKnown === 'refuse' ? '' : ` ON CONFLICT ${onConflict(columns, onKnown)}`;
  for (const { sql, parameters } of rowsSources(manager, columnsOf(manager, entity), rows))
    await manager.query(`${into} ${sql}${rest}`, parameters);
}

function onConflict(columns: readonly string[], onKnown: 'skip' | { replaces: readonly string[] }): string {
  if (onKnown === 'skip') return 'DO NOTHING';
  const { replaces } = onKnown;
  const others = columns.filter((name) => !replaces.includes(name));
  return `(${replaces.join(', ')}) DO UPDATE SET ${others.map((name) => `"${name}" = excluded."${name}"`).join(', ')}`;
}

type RowsUpdate<Row> = {
  tenant: string;
  rows: readonly Partial<Row>[];
  /** Assignments that name the new values as `v."column"`. */
  set: string;
  /** The columns by which rows are found. */
  by?: readonly string[];
  /** A further condition on the rows. */
  where?: string;
};

/** Updates rows of one tenant by their key, each with values of its own. */
export async function updateRows<Row extends ObjectLiteral & { tenant: string }>(
  manager: EntityManager,
  entity: EntityTarget<Row>,
  { tenant, rows, set, by = ['id'], where }: RowsUpdate<Row>,
): Promise<void> {
  const [first] = rows;
  if (first === undefined) return;
  const columns = columnsOf(manager, entity, Object.keys(first));
  const names = columns.map(({ name }) => `"${name}"`).join(', ');
  const table = manager.dataSource.getMetadata(entity).tableName;
  const same = by.map((name) => `${table}.${name} = v.${name}`).join(' AND ');
  const also = where === undefined ? '' : ` AND ${where}`;
  for (const { sql, parameters, next } of rowsSources(manager, columns, rows))
    await manager.query(
      `WITH v (${names}) AS (${sql}) UPDATE ${table} SET ${set} FROM v
       WHERE ${same} AND ${table}.tenant = ${next(0)}${also}`,
      [...parameters, tenant],
    );
}
