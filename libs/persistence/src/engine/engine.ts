import type { Clock, Ids, Randomness } from '@countersign/access';
import { DEPLOYMENT_SLUG, type Hashing } from '@countersign/contract';
import type { EntityManager } from 'typeorm';
import { StoreError } from '../errors.js';
import type { RowAccess } from '../repositories/bound.js';
import type { TransactionEnd } from '../units/transaction-end.js';

/** One database engine behind the store: transactions, and what they need that engines do in different ways. */
export interface Engine {
  /**
   * One writing unit, opened for one tenant or across them. It has a transaction of its own, or shares one with units of the
   * same tenant that wait at the same time; it is answered once that has committed. Units that take the same log do not
   * interleave; on PostgreSQL row-level security holds the unit to its reach. The work may be called again.
   */
  write<T>(
    unit: { reach: RowAccess; waitsForLog: boolean },
    work: (manager: EntityManager, end: TransactionEnd) => Promise<T>,
  ): Promise<T>;
  /**
   * One unit of reads as one snapshot.
   *
   * @param isShared it reads a few rows by their keys, so others may share its snapshot and its connection
   */
  read<T>(reach: RowAccess, work: (manager: EntityManager) => Promise<T>, isShared?: boolean): Promise<T>;
  /** Has the engine overwrite what it has deleted. @returns false if that is not possible yet */
  scrubDeleted(): Promise<boolean>;
  readonly rules: UnitRules;
  readonly pools: Pools;
  /** Calls back when another process announces a commit. @returns a function that ends it */
  onForeignCommit(listener: () => void): () => void;
  /** Lets the units at hand finish, refuses new ones, closes the database. */
  close(): Promise<void>;
}

/** Connections to the database: how many there may be, how many have a transaction now, and how many units wait for one. */
export interface PoolUse {
  connections: number;
  busy: number;
  waiting: number;
}

/** Units that write and units that read have connections of their own. */
export type Pools = Readonly<Record<'write' | 'read', PoolUse>>;

/** Who has to be notified after a commit. */
export interface CommitNews {
  /** Gateways. */
  feed: boolean;
  /** People, once their notices are fanned out. */
  notices: boolean;
  /** Followers of these logs. Empty also where the logs are not known. */
  logs: readonly string[];
  /** Channels, if a person has retried deliveries. */
  deliveries: boolean;
}

/** What a writing unit does at certain points beside its own statements. */
export interface UnitRules {
  /** Narrows a unit that was opened across tenants to one tenant, as if it had been opened for it. */
  narrow(manager: EntityManager, slug: string): Promise<void>;
  /** Before the organisation changes: waits until no tenant's unit that decides by it is under way. */
  beforeOrganisationChange(manager: EntityManager): Promise<void>;
  /** Last, if a unit notifies gateways or people: wakes other processes when it commits. */
  announce(manager: EntityManager): Promise<void>;
}

/** For an engine whose only writer is in this process: no one has to be notified. */
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

/** Whether a unit writes for one tenant and decides by its log; the deployment's own log belongs to no tenant. */
export const isTenant = (reach: RowAccess): reach is { readonly tenant: string } =>
  reach !== 'all-tenants' && reach.tenant !== DEPLOYMENT_SLUG;
