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
  close(): Promise<void>;
}
