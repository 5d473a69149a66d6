import type { EntityManager, EntityTarget, ObjectLiteral } from 'typeorm';
import { columnsOf, rowsSources } from './rows-source.js';

/**
 * Inserts rows, however many, in a few statements.
 *
 * @param onKnown what becomes of a row whose key is there already: it fails the unit, or is passed over
 */
export async function insertRows<Row extends ObjectLiteral>(
  manager: EntityManager,
  entity: EntityTarget<Row>,
  rows: readonly Row[],
  onKnown: 'refuse' | 'skip' = 'refuse',
): Promise<void> {
  const columns = columnsOf(manager, entity);
  const names = columns.map(({ name }) => `"${name}"`).join(', ');
  const into = `INSERT INTO ${manager.dataSource.getMetadata(entity).tableName} (${names})`;
  const rest = onKnown === 'skip' ? ' ON CONFLICT DO NOTHING' : '';
  for (const { sql, parameters } of rowsSources(manager, columns, rows))
    await manager.query(`${into} ${sql}${rest}`, parameters);
}

/**
 * Updates rows of one tenant by their id, each with values of its own.
 *
 * @param set assignments that name the new values as `v."column"`
 * @param where a further condition on the rows
 */
export async function updateRows<Row extends ObjectLiteral & { id: string; tenant: string }>(
  manager: EntityManager,
  entity: EntityTarget<Row>,
  {
    tenant,
    rows,
    set,
    where,
  }: { tenant: string; rows: readonly Partial<Row>[]; set: string; where?: string },
): Promise<void> {
  const [first] = rows;
  if (first === undefined) return;
  const columns = columnsOf(manager, entity, Object.keys(first));
  const names = columns.map(({ name }) => `"${name}"`).join(', ');
  const table = manager.dataSource.getMetadata(entity).tableName;
  for (const { sql, parameters, next } of rowsSources(manager, columns, rows))
    await manager.query(
      `WITH v (${names}) AS (${sql}) UPDATE ${table} SET ${set} FROM v
       WHERE ${table}.id = v.id AND ${table}.tenant = ${next(0)}${where === undefined ? '' : ` AND ${where}`}`,
      [...parameters, tenant],
    );
}
