import type { EntityManager, EntityTarget, ObjectLiteral, ValueTransformer } from 'typeorm';

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
    parameters: columns.map((column) => rows.map((row) => cell(column, row))),
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
