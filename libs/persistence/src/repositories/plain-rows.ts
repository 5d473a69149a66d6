import type { EntityManager, EntityTarget, ObjectLiteral, ValueTransformer } from 'typeorm';
import { execute } from '../engine/unit-runner.js';
import { columnsOf, type RowColumn } from './many-rows.js';

/**
 * Reads and writes single rows by plain SQL. What every request and review does goes this way: building a statement with
 * TypeORM's builders, and making entities of its rows, takes longer than the engine needs to run it.
 *
 * Statements name parameters by `?`, in their order, on each engine.
 */
interface Table<Row> {
  name: string;
  /** `"id", "tenant", …` */
  columns: string;
  read(raw: Record<string, unknown>): Row;
  /** `INSERT INTO table (…) VALUES (?, …)` */
  insert: string;
  /** Updates by the names of what they change and what they find rows by. */
  updates: Map<string, RowUpdate>;
}

interface RowUpdate {
  sql: string;
  set: RowColumn[];
  by: RowColumn[];
}

const tables = new WeakMap<object, Table<ObjectLiteral>>();

function tableOf<Row extends ObjectLiteral>(manager: EntityManager, entity: EntityTarget<Row>): Table<Row> {
  const metadata = manager.dataSource.getMetadata(entity);
  const known = tables.get(metadata);
  if (known !== undefined) return known as Table<Row>;
  const columns = metadata.columns.map(({ databaseName, propertyName, transformer }) => ({
    name: databaseName,
    property: propertyName,
    from: (transformer as ValueTransformer | undefined)?.from,
  }));
  const names = columns.map(({ name }) => `"${name}"`).join(', ');
  const table: Table<ObjectLiteral> = {
    name: metadata.tableName,
    columns: names,
    insert: `INSERT INTO ${metadata.tableName} (${names}) VALUES ${places(columns.length)}`,
    updates: new Map(),
    read: (raw) => {
      const row: ObjectLiteral = {};
      for (const { name, property, from } of columns)
        row[property] = from === undefined ? raw[name] : from(raw[name]);
      return row;
    },
  };
  tables.set(metadata, table);
  return table as Table<Row>;
}

const numbered = new Map<string, string>();

/** The statement as the engine takes it: PostgreSQL numbers its parameters. */
export function forEngine(manager: EntityManager, sql: string): string {
  if (manager.dataSource.options.type !== 'postgres') return sql;
  const known = numbered.get(sql);
  if (known !== undefined) return known;
  let count = 0;
  const text = sql.replaceAll('?', () => {
    count += 1;
    return `$${count}`;
  });
  numbered.set(sql, text);
  return text;
}

/**
 * The one row of `deployment`, by its key. It changes with every commit that notifies gateways: without a key PostgreSQL would
 * walk over all versions of it that are not cleaned up yet.
 */
export const THE_DEPLOYMENT = `deployment.id > ''`;

/** Runs a statement. @returns its rows as the engine gives them */
export async function query<Raw>(manager: EntityManager, sql: string, parameters: unknown[]): Promise<Raw[]> {
  return (await execute(manager, forEngine(manager, sql), parameters)).rows as Raw[];
}

/** @param rest what follows `SELECT … FROM table`; columns by their database names */
export async function selectRows<Row extends ObjectLiteral>(
  manager: EntityManager,
  entity: EntityTarget<Row>,
  rest: string,
  parameters: unknown[],
): Promise<Row[]> {
  const { name, columns, read } = tableOf(manager, entity);
  const found = await query<Record<string, unknown>>(
    manager,
    `SELECT ${columns} FROM ${name} ${rest}`,
    parameters,
  );
  return found.map(read);
}

/** Changes rows. @param rest what follows `UPDATE table`. @returns the rows as they are now */
export async function changeRows<Row extends ObjectLiteral>(
  manager: EntityManager,
  entity: EntityTarget<Row>,
  rest: string,
  parameters: unknown[],
): Promise<Row[]> {
  const { name, columns, read } = tableOf(manager, entity);
  const sql = `UPDATE ${name} ${rest} RETURNING ${columns}`;
  return (await query<Record<string, unknown>>(manager, sql, parameters)).map(read);
}

/**
 * A condition on a column that is one of many values. On PostgreSQL they are one parameter, so that the statement is the same
 * for any number of them.
 */
export function among(
  manager: EntityManager,
  column: string,
  values: readonly string[],
): [string, unknown[]] {
  if (manager.dataSource.options.type === 'postgres') return [`${column} = ANY (?)`, [values]];
  return [`${column} IN ${places(values.length)}`, [...values]];
}

/** `(?, ?, …)` for so many parameters. */
export const places = (count: number): string => `(${Array<string>(count).fill('?').join(', ')})`;

export async function insertRow<Row extends ObjectLiteral>(
  manager: EntityManager,
  entity: EntityTarget<Row>,
  row: Row,
): Promise<void> {
  const { insert } = tableOf(manager, entity);
  const cells = columnsOf(manager, entity).map(({ property, write }) => write(row[property]) ?? null);
  await query(manager, insert, cells);
}

/**
 * Changes the row that has these values: compare-and-swap if a version is among them.
 * @returns whether there was one
 */
export async function updateRow<Row extends ObjectLiteral>(
  manager: EntityManager,
  entity: EntityTarget<Row>,
  before: Partial<Row>,
  changes: Partial<Row>,
): Promise<boolean> {
  const { sql, set, by } = updateOf(manager, entity, Object.keys(changes), Object.keys(before));
  const parameters = [
    ...set.map(({ property, write }) => write(changes[property]) ?? null),
    ...by.map(({ property, write }) => write(before[property])),
  ];
  const { affected } = await execute(manager, sql, parameters);
  return affected === 1;
}

function updateOf<Row extends ObjectLiteral>(
  manager: EntityManager,
  entity: EntityTarget<Row>,
  changed: string[],
  found: string[],
): RowUpdate {
  const { name, updates } = tableOf(manager, entity);
  const key = `${changed.join()} ${found.join()}`;
  const known = updates.get(key);
  if (known !== undefined) return known;
  const [set, by] = [columnsOf(manager, entity, changed), columnsOf(manager, entity, found)];
  const assigned = set.map((column) => `"${column.name}" = ?`).join(', ');
  const same = by.map((column) => `"${column.name}" = ?`).join(' AND ');
  const statement = { sql: forEngine(manager, `UPDATE ${name} SET ${assigned} WHERE ${same}`), set, by };
  updates.set(key, statement);
  return statement;
}
