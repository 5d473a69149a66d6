import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { ENTITIES } from '../../libs/persistence/src/entities/index.js';
import { MIGRATIONS } from '../../libs/persistence/src/migrations/index.js';
import { emptyDatabase } from '../support/postgres/database.js';
import { removeFolder, tempFolder } from '../support/temp-folder.js';

/**
 * SHA-256 of what each migration writes, statement by statement, on a database that has those before it and no rows.
 * Deployed databases have run them: every change of the schema is a new migration. The newest may be missing here until it is
 * released, as the first is until 0.1.0.
 */
const FROZEN: Readonly<Record<string, { sqlite: string; postgres: string }>> = {};

type Place = { source: DataSource; drop(): Promise<void> };

async function onSqlite(): Promise<Place> {
  const folder = await tempFolder('frozen');
  const database = join(folder, 'countersign.db');
  const source = new DataSource({ type: 'better-sqlite3', database, entities: ENTITIES });
  return { source, drop: () => removeFolder(folder) };
}

async function onPostgres(): Promise<Place> {
  const { url, drop } = await emptyDatabase();
  return {
    source: new DataSource({ type: 'postgres', url, entities: ENTITIES, installExtensions: false }),
    drop,
  };
}

/** What is only read differs with the version of TypeORM, and changes nothing. */
const WRITES = /^\s*(?!SELECT|PRAGMA|WITH)/i;

async function written(make: () => Promise<Place>): Promise<Record<string, string>> {
  const { source, drop } = await make();
  try {
    const runner = (await source.initialize()).createQueryRunner();
    const { query } = runner;
    let sent: unknown[] = [];
    runner.query = ((sql: string, values: unknown[] = [], structured = false) => {
      if (WRITES.test(sql)) sent.push([sql, values]);
      return Reflect.apply(query, runner, [sql, values, structured]);
    }) as typeof query;
    const hashes: Record<string, string> = {};
    for (const Migration of MIGRATIONS) {
      sent = [];
      await new Migration().up(runner);
      expect(sent).not.toEqual([]);
      hashes[Migration.name] = createHash('sha256').update(JSON.stringify(sent)).digest('hex');
    }
    await runner.release();
    return hashes;
  } finally {
    await source.destroy();
    await drop();
  }
}

test('what a migration does has not changed since it was released', async () => {
  const [sqlite, postgres] = [await written(onSqlite), await written(onPostgres)];
  for (const [name, hashes] of Object.entries(FROZEN))
    expect({ name, sqlite: sqlite[name], postgres: postgres[name] }).toEqual({ name, ...hashes });
  const names = MIGRATIONS.map(({ name }) => name);
  expect([names, names.slice(0, -1)]).toContainEqual(Object.keys(FROZEN));
});
