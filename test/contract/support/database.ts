import type { OpenedStore, StoreOptions } from '@countersign/persistence';

/** A database as a suite uses it. `raw` goes around the store, as the next script would. */
export interface TestDatabase {
  engine: 'sqlite' | 'postgres';
  url: string;
  /** Statements that would change what a table holds, each in another way. */
  tampering(table: string): string[];
  open(change?: Partial<StoreOptions>): Promise<OpenedStore>;
  /** As the owner of the database and everything in it. Whole numbers come as numbers. */
  raw(sql: string): Promise<unknown[]>;
  /** Keeps what the database holds now: a later one that is made with this key is a copy of it. Only SQLite does. */
  keepAs(key: string): void;
  /** Whether it is such a copy. */
  isCopy: boolean;
  close(): Promise<void>;
}
