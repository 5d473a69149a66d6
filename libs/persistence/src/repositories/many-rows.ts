import type { EntityManager, EntityTarget, ObjectLiteral, ValueTransformer } from 'typeorm';
import { postgresArray } from '../engine/postgres/arrays.js';
import { execute } from '../engine/unit-runner.js';

/** Rows of one statement on SQLite: a power of two, below the engine's 32,766 parameters for our widest table. */
const MOST_ROWS = 512;

/** One column of a table, and how an entity's member is written into it. */
export interface RowColumn {
  name: string;
  property: string;
  type: string;
  write: (value: unknown) => unknown;
}

/** Statements over many rows at once: TypeORM's own builders write each value by name and cost more than the engine. */
export interface RowsSource {
  /** `VALUES …` or `SELECT … FROM unnest(…)`, with its parameters from the first on. */
  sql: string;
  parameters: unknown[];
  /** The placeholder of the n-th parameter after these, from 0. */
  next(index: number): string;
}

const known = new WeakMap<object, RowColumn[]>();

/** The columns of an entity, all or those by property. */
export function columnsOf<Row extends ObjectLiteral>(
  manager: EntityManager,
  entity: EntityTarget<Row>,
  properties?: readonly (keyof Row & string)[],
): RowColumn[] {
  const metadata = manager.dataSource.getMetadata(entity);
  const all =
    known.get(metadata) ??
    metadata.columns.map(({ databaseName, propertyName, type, transformer }) => {
      const write = (transformer as ValueTransformer | undefined)?.to ?? ((value: unknown) => value);
      return { name: databaseName, property: propertyName, type: String(type), write };
    });
  known.set(metadata, all);
  return properties === undefined
    ? all
    : properties.flatMap((name) => all.filter(({ property }) => property === name));
}

/**
 * The rows in as few sources as the engine takes. PostgreSQL gets one array a column, so that the statement is the
 * same for any number of rows; SQLite gets numbers of rows that are powers of two, so that few statements are
 * prepared however batches vary.
 */
export function rowsSources(
  manager: EntityManager,
  columns: readonly RowColumn[],
  rows: readonly ObjectLiteral[],
): RowsSource[] {
  if (rows.length === 0) return [];
  if (manager.dataSource.options.type === 'postgres') return [arrays(columns, rows)];
  const sources: RowsSource[] = [];
  let start = 0;
  for (let size = MOST_ROWS; size >= 1; size /= 2)
    for (; rows.length - start >= size; start += size)
      sources.push(values(columns, rows.slice(start, start + size)));
  return sources;
}

const cell = ({ property, write }: RowColumn, row: ObjectLiteral): unknown => write(row[property]) ?? null;

function arrays(columns: readonly RowColumn[], rows: readonly ObjectLiteral[]): RowsSource {
  const lists = columns.map(({ type }, index) => `$${index + 1}::${type}[]`).join(', ');
  return {
    sql: `SELECT * FROM unnest(${lists})`,
    parameters: columns.map((column) =>
      postgresArray(
        column.type,
        rows.map((row) => cell(column, row)),
      ),
    ),
    next: (index) => `$${columns.length + index + 1}`,
  };
}

function values(columns: readonly RowColumn[], rows: readonly ObjectLiteral[]): RowsSource {
  const row = `(${columns.map(() => '?').join(', ')})`;
  const parameters: unknown[] = [];
  for (const each of rows) for (const column of columns) parameters.push(cell(column, each));
  return {
    sql: `VALUES ${Array<string>(rows.length).fill(row).join(', ')}`,
    parameters,
    next: () => '?',
  };
}

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
    await execute(manager, `${into} ${sql}${rest}`, parameters);
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
    await execute(
      manager,
      `WITH v (${names}) AS (${sql}) UPDATE ${table} SET ${set} FROM v
       WHERE ${same} AND ${table}.tenant = ${next(0)}${also}`,
      [...parameters, tenant],
    );
}

/** Far below the engines' limits on parameters, and one cached statement for most calls. */
const CHUNK = 500;

/** Reads by a long list of keys in pieces. */
export async function inChunks<Key, Row>(
  keys: readonly Key[],
  read: (chunk: Key[]) => Promise<Row[]>,
): Promise<Row[]> {
  const found: Row[] = [];
  for (let start = 0; start < keys.length; start += CHUNK)
    found.push(...(await read(keys.slice(start, start + CHUNK))));
  return found;
}
