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
  const engines = isFullRun() ? ENGINES : ENGINES.filter(({ engine }) => engine === quick);
  describeOnEach(engines, name, contract);
}

function describeOnEach(
  engines: readonly (typeof ENGINES)[number][],
  name: string,
  contract: Contract,
): void {
  describe.each(engines)(`${name} on $engine`, ({ engine, make }) => {
    let database: TestDatabase;
    let store: OpenedStore;
    beforeEach(async () => {
      database = await make();
      store = await database.open();
    });
    afterEach(() => database.close());
    contract({
      get database() {
        return database;
      },
      get store() {
        return store;
      },
      describeOn: (quick, register) => {
        if (isFullRun() || engine === quick) register();
      },
    });
  });
}
