import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { ENTITIES } from '../../libs/persistence/src/entities/index.js';
import { MIGRATIONS } from '../../libs/persistence/src/migrations/index.js';
import { emptyDatabase } from '../support/postgres/database.js';
import { removeFolder, tempFolder } from '../support/temp-folder.js';

/**
 * SHA-256 of what each migration writes, statement by statement, on a database that has those before it and no rows.
 * Databases out there have run them: one that needs to be another is a new migration. The newest may not stand here
 * while its release is being made.
 */
const FROZEN: Readonly<Record<string, { sqlite: string; postgres: string }>> = {
  Initial1795000000000: {
    sqlite: 'bfaf90e2902d1530e66900d47ce6351eabc973c27c6735a42482f488f98bb5af',
    postgres: 'd79de7d55dcfe3a3e8728322e85ebf7f442c9d1844b65c843c1b8211e0275c93',
  },
  Workflow1795100000000: {
    sqlite: '1d844b6a98bf9f38fd66cd118c2b3f624dd2af2a3f5f5484acfe199c42134d81',
    postgres: '59f34ff5e0ccf6900641477d8b015f33106c1c455c0d8f736b0ef150e0e5dd2e',
  },
  Deliveries1797000000000: {
    sqlite: '901e2e116678e7533fb846da927aece76f091414e9debfc5a5553fc5fba2dd3a',
    postgres: 'f040e1902b5ed1b1a80d738766fe64ef058349a807b9422f3488680f3306f564',
  },
  Invitations1798000000000: {
    sqlite: 'e689d06b900c975478815daf400cc81ebc0350490b29807333327ce2a972ac6c',
    postgres: 'ad5876cf5cfca94195d7f9b27a6425d96382deedb3e80f57bd0a82e35e0d3ca0',
  },
  Scale1798200000000: {
    sqlite: '7c4da17088081991cb0f30f3480adef5acc88509dc57d5b412a5a376f628345c',
    postgres: '317d5c6b834b4562a3e068e7cb632f15ec6c25778652020a866ce0243511a80c',
  },
  GatewayPresence1798300000000: {
    sqlite: '4e188417498b5a1a774aa91749fcfd7190021674e6340c8c1b30b0ebd28a6b3d',
    postgres: '47fba63e2ca64d175ce837f1a837d5366c9ca7719903a830f9e67db777aa3d30',
  },
  InTouch1798400000000: {
    sqlite: '164bdba2124a32217cc83f43f805e27c87f76855e7dfe7c277b48b981f000c25',
    postgres: '0fb2afec4e4a60e1ce3bb5af0f80176dbd9131d08d905fc9679f8f75d5a36e26',
  },
  SignIn1798500000000: {
    sqlite: '86cc8a947797bae556c9a18e406357e4e17473064a881776e13e66c5132e2125',
    postgres: 'efb2987af050827aecbed92ae2c427aa5617287607381fe17d05ac3399796fee',
  },
  Trust1798600000000: {
    sqlite: '2ca0450ff934fae92f46a78fe974d26502129877f404a125e081b5fa7d57a7e0',
    postgres: '6267b21516d193842d49c5a48da6b095e55bc44f29a6936f6adb7248e1104667',
  },
  Slack1798700000000: {
    sqlite: 'a966cdb0bf9bd16906e2e264cd6e00a377394f6609b22bd0f333870fb4596c3d',
    postgres: '9ffe4a3751e144a77f97902ef4ed0cea9aeb644a0e672aa5ee4999955222f309',
  },
  TrustResets1798710000000: {
    sqlite: '2a30c59d5ecacc8a8be9f0c864142b1ba828857fab0e69f22722cbf2c7fe3c20',
    postgres: 'c4a6a953430b0ddf573b9e91d1e8e278109334a0dda1e3a0d247848912e7d745',
  },
};

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
