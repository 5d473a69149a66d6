import type { OpenedStore } from '@countersign/persistence';
import { isFullRun } from '../../support/samples.js';
import type { TestDatabase } from './database.js';
import { postgresDatabase } from './postgres.js';
import { sqliteDatabase } from './sqlite.js';

/** What a part of the contract is given: a fresh database for each test, and a store that is open on it. */
export interface Bench {
  readonly database: TestDatabase;
  readonly store: OpenedStore;
  /** Registers tests of this part that `npm test` runs on that kind of store alone, as `describeOn` does for a whole part. */
  describeOn(quick: EngineName, register: () => void): void;
  /**
   * Opens the store of a test of `describeUseCase`. Its database is a copy of one that was prepared with the same key before. If
   * there is none, it is a new database, which `prepare` fills. If the test has a store already, `prepare` runs on that.
   */
  openPrepared(key: string, prepare: (store: OpenedStore) => Promise<void>): Promise<void>;
}

export type Contract = (bench: Bench) => void;

const ENGINES = [
  { engine: 'SQLite', make: sqliteDatabase },
  { engine: 'PostgreSQL', make: postgresDatabase },
] as const;

export type EngineName = (typeof ENGINES)[number]['engine'];

/** Runs one part of the contract on each kind of store. */
export function describeStore(name: string, contract: Contract): void {
  describeOnEach(ENGINES, name, contract);
}

/**
 * Runs a part that is about a use case. The tests of the store itself show that both kinds of store keep the same promises,
 * so `npm test` runs this part on one of them, and the soak on both.
 */
export function describeOn(quick: EngineName, name: string, contract: Contract): void {
  describeOnEach(enginesOf(quick), name, contract);
}

/**
 * The same, for a part whose tests begin with `startWorkflow(bench)`. No store is open before that. On SQLite, tests with
 * the same organisation begin with copies of one database, which is quicker than to apply the organisation in each.
 */
export function describeUseCase(quick: EngineName, name: string, contract: Contract): void {
  describeOnEach(enginesOf(quick), name, contract, { opensStore: false });
}

const enginesOf = (quick: EngineName) => ENGINES.filter(({ engine }) => isFullRun() || engine === quick);

function describeOnEach(
  engines: readonly (typeof ENGINES)[number][],
  name: string,
  contract: Contract,
  { opensStore } = { opensStore: true },
): void {
  describe.each(engines)(`${name} on $engine`, ({ engine, make }) => {
    let database: TestDatabase | undefined;
    let store: OpenedStore | undefined;
    const open = async (key?: string) => {
      database = await make(key);
      store = await database.open();
      return { database, store };
    };
    if (opensStore) beforeEach(() => open());
    afterEach(async () => {
      await database?.close();
      [database, store] = [undefined, undefined];
    });
    contract({
      get database() {
        return opened(database);
      },
      get store() {
        return opened(store);
      },
      describeOn: (quick, register) => {
        if (isFullRun() || engine === quick) register();
      },
      openPrepared: async (key, prepare) => {
        if (store !== undefined) return prepare(store);
        const opened = await open(key);
        if (opened.database.isCopy) return;
        await prepare(opened.store);
        opened.database.keepAs(key);
      },
    });
  });
}

function opened<T>(what: T | undefined): T {
  if (what === undefined) throw new Error('the test has not opened its store yet');
  return what;
}
