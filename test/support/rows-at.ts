import Database from 'better-sqlite3';
import { withClient } from './postgres/database.js';

/** Queries the database directly, on either engine, given the store's URL. Integers are returned as numbers. */
export async function rowsAt<Row extends object>(url: string, sql: string): Promise<Row[]> {
  if (!url.startsWith('sqlite:'))
    return withClient(url, async (client) => (await client.query<Row>(sql)).rows);
  const database = new Database(url.slice('sqlite:'.length), { readonly: true });
  try {
    return database.prepare<[], Row>(sql).all();
  } finally {
    database.close();
  }
}
