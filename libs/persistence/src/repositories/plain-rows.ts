import type { EntityManager, EntityTarget, ObjectLiteral, ValueTransformer } from 'typeorm';
import { columnsOf } from './many-rows.js';

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
  const table: Table<ObjectLiteral> = {
    name: metadata.tableName,
    columns: columns.map(({ name }) => `"${name}"`).join(', '),
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
function forEngine(manager: EntityManager, sql: string): string {
  if (manager.dataSource.options.type !== 'postgres') return sql;
  const known = numbered.get(sql);
  if (known !== undefined) return known;
  let count = 0;
  const made = sql.replaceAll('?', () => {
    count += 1;
    return `$${count}`;
  });
  numbered.set(sql, made);
  return made;
}

/** Runs a statement. @returns its rows as the engine gives them */
export function query<Raw>(manager: EntityManager, sql: string, parameters: unknown[]): Promise<Raw[]> {
  return (manager.queryRunner ?? manager).query(forEngine(manager, sql), parameters);
}

/** Runs an UPDATE or DELETE that returns rows. */
export async function returning<Raw>(
  manager: EntityManager,
  sql: string,
  parameters: unknown[],
): Promise<Raw[]> {
  const answer = await manager.query<Raw[] | [Raw[], number]>(forEngine(manager, sql), parameters);
  // TypeORM gives rows with their number on PostgreSQL, and rows alone on SQLite.
  return manager.dataSource.options.type === 'postgres' ? (answer as [Raw[], number])[0] : (answer as Raw[]);
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

/** `(?, ?, …)` for so many parameters. */
export const places = (count: number): string => `(${Array<string>(count).fill('?').join(', ')})`;

export async function insertRow<Row extends ObjectLiteral>(
  manager: EntityManager,
  entity: EntityTarget<Row>,
  row: Row,
): Promise<void> {
  const { name, columns } = tableOf(manager, entity);
  const cells = columnsOf(manager, entity).map(({ property, write }) => write(row[property]) ?? null);
  await query(manager, `INSERT INTO ${name} (${columns}) VALUES ${places(cells.length)}`, cells);
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
  const { name } = tableOf(manager, entity);
  const set = columnsOf(manager, entity, Object.keys(changes));
  const by = columnsOf(manager, entity, Object.keys(before));
  const assigned = set.map((column) => `"${column.name}" = ?`).join(', ');
  const same = by.map((column) => `"${column.name}" = ?`).join(' AND ');
  const parameters = [
    ...set.map(({ property, write }) => write(changes[property]) ?? null),
    ...by.map(({ property, write }) => write(before[property])),
  ];
  const sql = forEngine(manager, `UPDATE ${name} SET ${assigned} WHERE ${same}`);
  const { queryRunner } = manager;
  if (queryRunner === undefined) throw new Error('a row is changed in a unit of work');
  const { affected } = await queryRunner.query(sql, parameters, true);
  return affected === 1;
}
