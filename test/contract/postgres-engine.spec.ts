/** @soak */

import { type OpenedStore, rotateMasterKey } from '@countersign/persistence';
import type pg from 'pg';
import { LOCK_TIMEOUT_MS } from '../../libs/persistence/src/engine/postgres/begin.js';
import { CONNECTION, PATIENT } from '../../libs/persistence/src/engine/postgres/data-source.js';
import { eventually } from '../support/eventually.js';
import { optionsFor } from '../support/migrated-database.js';
import { withClient } from '../support/postgres/database.js';
import { someRows } from '../support/samples.js';
import { TcpRelay } from '../support/tcp-relay.js';
import type { TestDatabase } from './support/database.js';
import { failingOnce, withStatements } from './support/driver.js';
import { oneUnit } from './support/one-unit.js';
import { postgresDatabase } from './support/postgres.js';
import { aPerson } from './support/rows.js';

let database: TestDatabase;
let store: OpenedStore;
beforeEach(async () => {
  database = await postgresDatabase();
  store = await database.open();
});
afterEach(() => database.close());

const count = async (table: string): Promise<number> => {
  const [row] = await database.raw(`SELECT count(*) AS count FROM ${table}`);
  return (row as { count: number }).count;
};

describe('a unit that PostgreSQL gives up for another', () => {
  /** Has so many inserts of requests fail as PostgreSQL fails what it cannot serialise. A sequence is not rolled back. */
  async function refuse(times: number, code: string): Promise<void> {
    await database.raw('CREATE SEQUENCE refusals');
    await database.raw('GRANT USAGE ON SEQUENCE refusals TO countersign_app');
    await database.raw(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF nextval('refusals') <= ${times} THEN RAISE EXCEPTION 'try again' USING ERRCODE = '${code}'; END IF;
      RETURN NEW; END $$`);
    await database.raw(
      'CREATE TRIGGER refuse BEFORE INSERT ON requests FOR EACH ROW EXECUTE FUNCTION refuse()',
    );
  }

  test.each(someRows(['40001', '40P01']))(
    'P7: is run again as a whole (%s), and has its effect once',
    async (code) => {
      await refuse(4, code);
      let ends = 0;
      await oneUnit(store, 'acme', () => {
        ends += 1;
      });
      expect(ends).toBe(1);
      expect(await count('requests')).toBe(1);
      expect(await database.raw('SELECT seq FROM events ORDER BY seq')).toEqual([{ seq: 0 }, { seq: 1 }]);
      expect([await count('notices'), await count('feed_changes')]).toEqual([1, 1]);
    },
  );

  test('P7: is given up after five times, and leaves nothing', async () => {
    await refuse(5, '40001');
    await expect(oneUnit(store, 'acme')).rejects.toThrow(
      expect.objectContaining({ code: 'database_failed' }),
    );
    for (const table of ['requests', 'events', 'notices', 'feed_changes']) expect(await count(table)).toBe(0);
  });

  test('another error is not tried again', async () => {
    await refuse(1, '22023');
    await expect(oneUnit(store, 'acme')).rejects.toThrow(
      expect.objectContaining({ code: 'database_failed' }),
    );
    expect(await count('requests')).toBe(0);
  });
});

test('a text with a NUL is invalid input, not a failure of the database, and nothing of its unit stays', async () => {
  const isInvalid = expect.objectContaining({ name: 'AccessError', code: 'invalid_request' });
  await expect(store.provisioning.read((unit) => unit.scimUsers.find('usr_\0'))).rejects.toEqual(isInvalid);
  const before = await count('people');
  const save = (name: string) =>
    store.asVendor(async (unit) => {
      await unit.organisation.savePerson(aPerson());
      await unit.organisation.savePerson(aPerson({ name }));
    });
  await expect(save('Er\0in')).rejects.toEqual(isInvalid);
  expect(await count('people')).toBe(before);
  await save('Erin');
  expect(await count('people')).toBe(before + 2);
});

test('a unit of the deployment’s log that waits for a vendor’s unit does not make that one wait', async () => {
  const other = await database.open();
  const SHARED = `SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
    WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.mode = 'ShareLock' AND l.granted`;
  const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  let [begun, told] = [false, false];
  const vendor = store.asVendor(async (unit) => {
    begun = true;
    await eventually('it is told to go on', () => told, 60_000);
    await unit.organisation.savePerson(aPerson());
  });
  await eventually('it has begun', () => begun, 60_000);
  const deployment = other.forTenant('deployment', async () => undefined);
  await eventually('it waits', async () => (await database.raw(waiting)).length > 0, 60_000, 20);
  const shares = await database.raw(SHARED);
  told = true;
  await Promise.all([vendor, deployment]);
  expect(shares).toEqual([]);
});

test('P7: a unit whose transaction did not begin writes nothing, also with a login that row-level security exempts', async () => {
  const unit = failingOnce(/^BEGIN/, () => oneUnit(store, 'acme'));
  await expect(unit).rejects.toThrow(expect.objectContaining({ code: 'database_failed' }));
  for (const table of ['requests', 'events', 'notices', 'feed_changes']) expect(await count(table)).toBe(0);
});

test('P7: units whose connection breaks while they commit are not run again', async () => {
  await oneUnit(store, 'acme');
  // It is not known whether the server has committed, so a second run could have its effect twice.
  await database.raw(`CREATE FUNCTION vanish() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$`);
  await database.raw(`CREATE CONSTRAINT TRIGGER vanish AFTER INSERT ON events DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION vanish()`);
  let runs = 0;
  const units = Array.from({ length: 3 }, () =>
    oneUnit(store, 'acme', () => {
      runs += 1;
    }),
  );
  const outcomes = await Promise.allSettled(units);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(runs).toBe(3);
  expect(await count('requests')).toBe(1);
  await database.raw('DROP TRIGGER vanish ON events');
  await oneUnit(store, 'acme');
  expect(await count('requests')).toBe(2);
});

test('P8: what is answered is on the disk, a new master key too, if the server is set to commit without waiting', async () => {
  await database.raw(`DO $$ BEGIN
    EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$`);
  await database.raw(`CREATE FUNCTION require_durable() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF current_setting('synchronous_commit') <> 'on' THEN RAISE EXCEPTION 'not durable'; END IF; RETURN NEW; END $$`);
  await database.raw(
    'CREATE TRIGGER durable BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION require_durable()',
  );
  await oneUnit(await database.open(), 'acme');
  const newMasterKey = new Uint8Array(32).fill(9);
  await expect(rotateMasterKey({ ...optionsFor(database.url), newMasterKey })).resolves.toMatchObject({
    to: expect.any(String),
  });
});

/** A pooler that gives each transaction another connection of the server: what was named on one is not known on the next. */
const POOLERS = {
  'does not know our names': (client: pg.Client) => void client.query('DEALLOCATE ALL'),
  'knows our names already': (client: pg.Client) => {
    (client as unknown as { connection: { parsedStatements: object } }).connection.parsedStatements = {};
  },
};
test.each(someRows(Object.entries(POOLERS)))(
  'named statements switch off by themselves behind a pooler that %s',
  async (_what, handOn) => {
    const readHead = () => store.readAsVendor((unit) => unit.feed.head());
    const named = async (): Promise<boolean> => {
      let isNamed = false;
      await withStatements(
        ({ name }) => {
          isNamed ||= name !== undefined;
          return undefined;
        },
        () => oneUnit(store, 'acme'),
      );
      return isNamed;
    };
    for (let times = 0; times < 4; times += 1) await oneUnit(store, 'acme');
    expect(await named()).toBe(true);
    await withStatements(
      ({ sql, client }) => {
        if (sql.startsWith('BEGIN') && client !== undefined) handOn(client);
        return undefined;
      },
      async () => {
        await Promise.all([
          oneUnit(store, 'acme'),
          oneUnit(store, 'acme'),
          oneUnit(store, 'acme'),
          readHead(),
        ]);
        await Promise.all([oneUnit(store, 'globex'), readHead()]);
      },
    );
    expect(await named()).toBe(false);
    expect([await count('requests'), await count('events')]).toEqual([10, 20]);
  },
);

describe('a database whose host has vanished', () => {
  const unreachable = expect.objectContaining({ name: 'StoreError', code: 'database_unreadable' });
  const relay = new TcpRelay();
  let far: OpenedStore;
  beforeEach(async () => {
    const url = await relay.start(database.url);
    far = await database.open({ url: `${url}?query_timeout=300` });
  });
  afterEach(async () => {
    relay.swallows = false;
    await relay.stop();
  });

  test('is given up: reads and units fail as unreachable, and go on when it is back', async () => {
    await oneUnit(far, 'acme');
    relay.swallows = true;
    await expect(far.readAsVendor((unit) => unit.feed.head())).rejects.toThrow(unreachable);
    const inTheMiddle = far.forTenant('acme', async () => {
      throw new Error('no unit begins');
    });
    await expect(inTheMiddle).rejects.toThrow(unreachable);
    relay.swallows = false;
    await eventually(
      'it goes on',
      () =>
        oneUnit(far, 'acme').then(
          () => true,
          () => false,
        ),
      60_000,
    );
    expect(await count('requests')).toBe(2);
  });

  test('is waited for longer than for a lock, and not by what migrates', () => {
    expect(CONNECTION.query_timeout).toBeGreaterThan(LOCK_TIMEOUT_MS);
    expect(PATIENT.query_timeout).toBe(0);
  });
});

describe('word of other processes’ commits', () => {
  const LISTENING = `FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`;
  let other: OpenedStore;
  let heard: number;
  beforeEach(async () => {
    other = await database.open();
    heard = 0;
    other.onCommit(() => {
      heard += 1;
    });
    await bothListen();
  });

  const listeners = async (): Promise<number> =>
    (await database.raw(`SELECT pid ${LISTENING} AND state = 'idle'`)).length;
  const bothListen = () => eventually('both listen', async () => (await listeners()) === 2, 25_000, 50);
  const hears = (times: number) => eventually(`hears ${times} times`, () => heard >= times, 25_000);

  test('comes with a commit that has something to tell, and not with one that has nothing', async () => {
    await oneUnit(store, 'acme');
    await hears(1);
    const said = await withClient(database.url, async (client) => {
      const words: unknown[] = [];
      client.on('notification', ({ payload }) => words.push(payload));
      await client.query('LISTEN countersign');
      await store.forTenant('acme', async () => undefined);
      await oneUnit(store, 'acme');
      await client.query("NOTIFY countersign, 'the end'");
      await eventually('all was said', () => words.includes('the end'), 25_000);
      return words;
    });
    expect(said).toEqual([expect.any(String), 'the end']);
  });

  test('what was said while the connection was broken is made up for, and it comes again after', async () => {
    await database.raw(`SELECT pg_terminate_backend(pid) ${LISTENING}`);
    await oneUnit(store, 'acme');
    await hears(1);
    await bothListen();
    const before = heard;
    await oneUnit(store, 'acme');
    await hears(before + 1);
  });

  test('a store closes while its connection is broken, and does not come back', async () => {
    await database.raw(`SELECT pg_terminate_backend(pid) ${LISTENING}`);
    await other.close();
    const before = heard;
    await eventually('the one that is open listens again', async () => (await listeners()) === 1, 25_000, 50);
    await oneUnit(store, 'acme');
    expect(heard).toBe(before);
    expect(await listeners()).toBe(1);
  });
});
