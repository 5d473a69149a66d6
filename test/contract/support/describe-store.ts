import type { OpenedStore } from '@countersign/persistence';
import type { TestDatabase } from './database.js';
import { postgresDatabase } from './postgres.js';
import { sqliteDatabase } from './sqlite.js';

/** What a part of the contract is given: a fresh database for each test, and a store that is open on it. */
export interface Bench {
  readonly database: TestDatabase;
  readonly store: OpenedStore;
}

export type Contract = (bench: Bench) => void;

const ENGINES = [
  { engine: 'SQLite', make: sqliteDatabase },
  { engine: 'PostgreSQL', make: postgresDatabase },
];

/** Runs one part of the contract on each kind of store. */
export function describeStore(name: string, contract: Contract): void {
  describe.each(ENGINES)(`${name} on $engine`, ({ make }) => {
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
    });
  });
}
