import type { OpenedStore } from '@countersign/persistence';
import type { TestDatabase } from './sqlite.js';

/** What a part of the contract is given: a fresh database for each test, and a store that is open on it. */
export interface Bench {
  readonly database: TestDatabase;
  readonly store: OpenedStore;
}

export type Contract = (bench: Bench) => void;

/** Runs one part of the contract on one kind of store. */
export function describeStore(name: string, make: () => Promise<TestDatabase>, contract: Contract): void {
  describe(name, () => {
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
