import type { DataSource } from 'typeorm';
import { openPool } from './postgres/data-source.js';
import { openSource } from './sqlite/data-source.js';
import { placeOf } from './url.js';

/**
 * Statements that would make a database's tables what the program takes them to be; none if migrations and
 * entities agree, collations included. Nothing is changed.
 *
 * @throws StoreError `invalid_url`, `database_unreadable`
 */
export async function schemaDrift(url: string): Promise<string[]> {
  const place = placeOf(url);
  const source: DataSource =
    place.engine === 'sqlite' ? await openSource(place.path, 'write') : await openPool(place.url, 1);
  try {
    const { upQueries } = await source.driver.createSchemaBuilder().log();
    return upQueries.map(({ query }) => query);
  } finally {
    await source.destroy();
  }
}
