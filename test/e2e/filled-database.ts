import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  applyOrganisation,
  type Clock,
  createApiKey,
  type Deps,
  type Organisation,
} from '@countersign/access';
import { utcDay } from '@countersign/contract';
import {
  type OpenedStore,
  openStore,
  systemHashing,
  systemRandomness,
  uuidV7Ids,
} from '@countersign/persistence';
import { PEOPLE, type PersonName, personNames } from '../factories/organisation.js';
import { MASTER_KEY, migratedPostgres, migratedSqlite } from '../support/migrated-database.js';
import { emptyDatabase } from '../support/postgres/database.js';

const LONGEST = 90 * 86_400;

export type Engine = 'SQLite' | 'PostgreSQL';

/** What an organisation's people are known by. */
export interface Known {
  /** An API key of each. */
  keys: Record<PersonName, string>;
  persons: Record<PersonName, string>;
}

/** A database with an organisation and a key for each of `PEOPLE` that is in it. */
export interface FilledDatabase extends Known {
  url: string;
  drop(): Promise<void>;
}

interface Place {
  engine: Engine;
  /** Where a SQLite file goes. */
  folder: string;
}

interface Master extends Known {
  copy(folder: string): Promise<{ url: string; drop(): Promise<void> }>;
}

/** By engine and organisation. Test files that run in one process share them; the end of the run removes them. */
const masters = new Map<string, Promise<Master>>();

const systemDeps = (clock: Clock) => ({
  clock,
  ids: uuidV7Ids,
  random: systemRandomness,
  hashing: systemHashing,
});

export const openHost = async (url: string, clock: Clock): Promise<Deps & { store: OpenedStore }> => ({
  store: await openStore({ url, masterKey: MASTER_KEY, ...systemDeps(clock) }),
  ...systemDeps(clock),
});

/**
 * Fills one database for all brokers of this process on the same organisation. Each broker gets a copy: they share ids
 * and API keys, and nothing else. To fill a database takes longer than to start a broker on it.
 */
export async function filledDatabase(
  place: Place,
  file: Organisation,
  clock: Clock,
): Promise<FilledDatabase> {
  // Each day another: on a database of yesterday a broker begins with the leaves that close that day, while the test runs.
  const key = `${place.engine} ${utcDay(clock.now())} ${JSON.stringify(file)}`;
  // What was made at another time than this clock's is not what this broker would find.
  if (Math.abs(clock.now().getTime() - Date.now()) > 1_000) return filled(place, file, clock);
  const making = masters.get(key) ?? makeMaster(place.engine, file, clock);
  masters.set(key, making);
  const { keys, persons, copy } = await making;
  return { ...(await copy(place.folder)), keys: { ...keys }, persons: { ...persons } };
}

async function filled({ engine, folder }: Place, file: Organisation, clock: Clock): Promise<FilledDatabase> {
  const database =
    engine === 'PostgreSQL'
      ? await migratedPostgres()
      : { url: await migratedSqlite(join(folder, NAME)), drop: async () => {} };
  const host = await openHost(database.url, clock);
  try {
    return { ...database, ...(await fill(host, file)) };
  } finally {
    await host.store.close();
  }
}

const NAME = 'countersign.db';

async function makeMaster(engine: Engine, file: Organisation, clock: Clock): Promise<Master> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-filled-'));
  try {
    const { url, keys, persons } = await filled({ engine, folder }, file, clock);
    if (engine === 'PostgreSQL')
      return { keys, persons, copy: () => emptyDatabase(new URL(url).pathname.slice(1)) };
    const bytes = await readFile(join(folder, NAME));
    const copy = async (into: string) => {
      await writeFile(join(into, NAME), bytes, { mode: 0o600, flag: 'wx' });
      return { url: `sqlite:${join(into, NAME)}`, drop: async () => {} };
    };
    return { keys, persons, copy };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fill(host: Deps & { store: OpenedStore }, file: Organisation): Promise<Known> {
  await applyOrganisation(host, file, { dryRun: false });
  const keys: Partial<Record<PersonName, string>> = {};
  const persons: Partial<Record<PersonName, string>> = {};
  const createKeyOf = async (name: PersonName) => {
    const { email, tenant } = PEOPLE[name];
    const [person] = await host.store.readAsVendor((unit) => unit.organisation.persons(email));
    if (person === undefined) return;
    persons[name] = person.id;
    keys[name] = (await createApiKey(host, { email, tenant, ttl: LONGEST })).key;
  };
  // All at once, so that the store commits several keys together.
  await Promise.all(personNames.map(createKeyOf));
  await dropNotices(host);
  return { keys: keys as Record<PersonName, string>, persons: persons as Record<PersonName, string> };
}

/** Nobody is to be notified of the keys that every test begins with. */
async function dropNotices({ store, clock }: Deps & { store: OpenedStore }): Promise<void> {
  const at = clock.now().toISOString();
  const due = await store.notices.read((unit) => unit.outbox.due(at, 100));
  const fanOuts = due.map((notice) => ({ notice, drafts: [] }));
  await store.notices.write(({ deliveryQueues }) => deliveryQueues.fanOut(fanOuts, at));
}
