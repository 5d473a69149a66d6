/** @soak */

import { inspectServer, migrate, openStore, pendingMigrations, schemaDrift } from '@countersign/persistence';
import { migratedPostgres, optionsFor } from '../support/migrated-database.js';
import { emptyDatabase, serverUrl, withClient } from '../support/postgres/database.js';
import { onlyInSoak } from '../support/samples.js';
import { oneUnit } from './support/one-unit.js';

const refused = (code: string) => expect.objectContaining({ name: 'StoreError', code });

describe('opening and migrating a PostgreSQL database', () => {
  let url: string;
  let drop: () => Promise<void>;
  beforeEach(async () => {
    ({ url, drop } = await emptyDatabase());
  });
  afterEach(() => drop());
  /** Replaces the database by a copy of a migrated one. */
  const takeMigrated = async (): Promise<void> => {
    await drop();
    ({ url, drop } = await migratedPostgres());
  };

  const raw = async (sql: string) => (await withClient(url, (client) => client.query(sql))).rows;
  const asLogin = (name: string, password: string): string =>
    Object.assign(new URL(url), { username: name, password }).href;

  test('what was never migrated is not opened, and is left as it was', async () => {
    expect((await pendingMigrations(url)).length).toBeGreaterThan(0);
    await expect(openStore(optionsFor(url))).rejects.toThrow(refused('migrations_pending'));
    expect(await raw("SELECT FROM pg_tables WHERE schemaname = 'public'")).toEqual([]);
  });

  test('four that migrate at once apply everything once and find one deployment', async () => {
    const pending = await pendingMigrations(url);
    const runs = await Promise.all(Array.from({ length: 4 }, () => migrate(optionsFor(url))));
    expect(runs.flatMap(({ applied }) => applied)).toEqual(pending);
    expect(await raw('SELECT FROM deployment')).toHaveLength(1);
    const [first, second] = [await openStore(optionsFor(url)), await openStore(optionsFor(url))];
    expect(second.deployment).toBe(first.deployment);
    await Promise.all([first.close(), second.close()]);
  });

  test('a migration that fails leaves nothing behind', async () => {
    await raw('CREATE TABLE signing_keys (id integer)');
    await expect(migrate(optionsFor(url))).rejects.toThrow(refused('database_failed'));
    expect(await raw("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).toEqual([
      { tablename: 'signing_keys' },
    ]);
  });

  test('a wrong master key opens nothing', async () => {
    await takeMigrated();
    const wrong = optionsFor(url, { masterKey: new Uint8Array(32).fill(8) });
    await expect(openStore(wrong)).rejects.toThrow(refused('master_key_mismatch'));
    await expect(migrate(wrong)).rejects.toThrow(refused('master_key_mismatch'));
  });

  test('P11: a wrong password or a database that is not there is said without the URL', async () => {
    for (const wrong of [asLogin('postgres', 'hunter2'), serverUrl('hunter2')]) {
      const error: unknown = await openStore(optionsFor(wrong)).catch((reason: unknown) => reason);
      expect(error).toEqual(refused('database_unreadable'));
      expect(JSON.stringify([error, String(error)])).not.toContain('hunter2');
    }
  });

  onlyInSoak(() => {
    test('text is sorted by its bytes and the schema does not drift, whatever the database’s own language', async () => {
      const name = new URL(url).pathname.slice(1);
      await withClient(serverUrl(), async (client) => {
        await client.query(`DROP DATABASE ${name}`);
        await client.query(
          `CREATE DATABASE ${name} TEMPLATE template0 LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'`,
        );
      });
      await migrate(optionsFor(url));
      expect(await schemaDrift(url)).toEqual([]);
      expect(
        await raw(`SELECT table_name, column_name FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name <> 'migrations'
          AND data_type IN ('text', 'character varying') AND collation_name IS DISTINCT FROM 'C'`),
      ).toEqual([]);
    });
  });

  test('the login of the brokers cannot leave their role for more rights, and does all their work', async () => {
    await takeMigrated();
    expect((await inspectServer(url))?.hasSeparateLogin).toBe(false);
    await withClient(serverUrl(), (client) => client.query("ALTER ROLE countersign_login PASSWORD 'l'"));
    const login = asLogin('countersign_login', 'l');
    expect((await inspectServer(login))?.hasSeparateLogin).toBe(true);
    expect(await pendingMigrations(login)).toEqual([]);
    const store = await openStore(optionsFor(login));
    await oneUnit(store, 'acme');
    await store.close();
    // What a statement can reach that was smuggled into a unit of work.
    const smuggled = async (sql: string): Promise<string> =>
      withClient(login, async (client) => {
        await client.query('BEGIN');
        await client.query('SET LOCAL ROLE countersign_app');
        await client.query(sql);
        return client.query('SELECT FROM events').then(
          () => 'reads every log',
          (error: { code: string }) => error.code,
        );
      }).catch((error: { code: string }) => error.code);
    for (const sql of ['RESET ROLE', 'SET ROLE postgres', 'SET SESSION AUTHORIZATION postgres'])
      expect([sql, await smuggled(sql)]).toEqual([sql, '42501']);
  });

  onlyInSoak(() => {
    test('one login may own and migrate while brokers have another that owns nothing', async () => {
      const name = new URL(url).pathname.slice(1);
      const [owner, broker] = [`owner_${name}`, `broker_${name}`];
      await withClient(serverUrl(), async (client) => {
        await client.query(`CREATE ROLE ${owner} LOGIN CREATEROLE PASSWORD 'o'`);
        await client.query(`CREATE ROLE ${broker} LOGIN PASSWORD 'b'`);
        await client.query(`ALTER DATABASE ${name} OWNER TO ${owner}`);
      });
      try {
        const owned = asLogin(owner, 'o');
        const [{ known }] = (await raw(
          "SELECT count(*)::int AS known FROM pg_roles WHERE rolname = 'countersign_app'",
        )) as [{ known: number }];
        // Another suite has made the role on this server already, and its new owner is no member of it.
        if (known === 1) {
          await expect(migrate(optionsFor(owned))).rejects.toThrow(refused('role_missing'));
          await raw(`GRANT countersign_app TO ${owner}`);
        }
        await migrate(optionsFor(owned));
        const stranger = openStore(optionsFor(asLogin(broker, 'b')));
        await expect(stranger).rejects.toThrow(refused('role_missing'));
        await raw(`GRANT countersign_app TO ${broker}`);
        const store = await openStore(optionsFor(asLogin(broker, 'b')));
        await oneUnit(store, 'acme');
        expect(await store.readAsVendor((unit) => unit.feed.head())).toEqual({ epoch: 1, seq: 1 });
        await store.close();
      } finally {
        await drop();
        await withClient(serverUrl(), (client) => client.query(`DROP ROLE ${owner}, ${broker}`));
        ({ url, drop } = await emptyDatabase());
      }
    });
  });
});
