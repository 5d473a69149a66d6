import type { EntityManager } from 'typeorm';
import type { Reach } from '../repositories/bound.js';

/** One database engine behind the store: transactions, and what they need that engines do in different ways. */
export interface Engine {
  /**
   * One writing unit as one transaction, opened for one tenant or across them. Units that take the same log do not
   * interleave; on PostgreSQL row-level security holds the unit to its reach.
   */
  write<T>(
    unit: { reach: Reach; waitsForLog: boolean },
    work: (manager: EntityManager) => Promise<T>,
  ): Promise<T>;
  /** One unit of reads as one snapshot. */
  read<T>(reach: Reach, work: (manager: EntityManager) => Promise<T>): Promise<T>;
  readonly rules: UnitRules;
  /** Calls back when another process says that it has committed something to tell. Returns what ends it. */
  onForeignCommit(listener: () => void): () => void;
  /** Lets the units at hand finish, refuses new ones, closes the database. */
  close(): Promise<void>;
}

/** What a writing unit does at certain points beside its own statements. */
export interface UnitRules {
  /** Narrows a unit that was opened across tenants to one tenant, as if it had been opened for it. */
  narrow(manager: EntityManager, slug: string): Promise<void>;
  /** Before the organisation changes: no tenant's unit that judges by it may be under way. */
  beforeOrganisationChange(manager: EntityManager): Promise<void>;
  /** Last of all, where the unit has something to tell gateways or people: wakes other processes as it commits. */
  announce(manager: EntityManager): Promise<void>;
}

/** Where one process holds the only writer, nothing needs to be said. */
export const NO_RULES: UnitRules = {
  narrow: () => Promise.resolve(),
  beforeOrganisationChange: () => Promise.resolve(),
  announce: () => Promise.resolve(),
};
