import type { Clock, Ids, Randomness } from '@countersign/access';
import type { Hashing } from '@countersign/contract';
import type { EntityManager } from 'typeorm';
import { StoreError } from '../errors.js';
import type { RowAccess } from '../repositories/bound.js';

/** One database engine behind the store: transactions, and what they need that engines do in different ways. */
export interface Engine {
  /**
   * One writing unit as one transaction, opened for one tenant or across them. Units that take the same log do not
   * interleave; on PostgreSQL row-level security holds the unit to its reach.
   */
  write<T>(
    unit: { reach: RowAccess; waitsForLog: boolean },
    work: (manager: EntityManager) => Promise<T>,
  ): Promise<T>;
  /** One unit of reads as one snapshot. */
  read<T>(reach: RowAccess, work: (manager: EntityManager) => Promise<T>): Promise<T>;
  readonly rules: UnitRules;
  /** Calls back when another process announces a commit. @returns a function that ends it */
  onForeignCommit(listener: () => void): () => void;
  /** Lets the units at hand finish, refuses new ones, closes the database. */
  close(): Promise<void>;
}

/** What a writing unit does at certain points beside its own statements. */
export interface UnitRules {
  /** Narrows a unit that was opened across tenants to one tenant, as if it had been opened for it. */
  narrow(manager: EntityManager, slug: string): Promise<void>;
  /** Before the organisation changes: waits until no tenant's unit that decides by it is under way. */
  beforeOrganisationChange(manager: EntityManager): Promise<void>;
  /** Last, if the unit notifies gateways or people: wakes other processes when it commits. */
  announce(manager: EntityManager): Promise<void>;
}

/** Where one process holds the only writer, nothing needs to be said. */
export const NO_RULES: UnitRules = {
  narrow: () => Promise.resolve(),
  beforeOrganisationChange: () => Promise.resolve(),
  announce: () => Promise.resolve(),
};

/** An engine whose database is of this version and of this master key. */
export interface OpenedEngine {
  engine: Engine;
  /** `dep_…` */
  deployment: string;
}

export const migrationsPending = (): StoreError =>
  new StoreError('migrations_pending', 'The database is not of this version yet: run `countersign migrate`.');

export interface StoreOptions {
  /** `sqlite:PATH` or `postgres://USER:PASSWORD@HOST:PORT/DATABASE` */
  url: string;
  /** 32 bytes; what is secret in the database is sealed under it. */
  masterKey: Uint8Array;
  ids: Ids;
  random: Randomness;
  hashing: Hashing;
}

export type MigrateOptions = Pick<StoreOptions, 'url' | 'masterKey' | 'ids' | 'random'> & { clock: Clock };
