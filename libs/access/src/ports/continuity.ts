import type { Entry } from './repository.js';

export interface ContinuityRepositories {
  continuity: Entry<ContinuityRepository, 'take' | 'renew' | 'end' | 'part' | 'restored'>;
}

/** Says that a broker runs, until `expiresAt`. The broker renews it, and ends it when it stops. */
export interface BrokerLease {
  /** Random. */
  id: string;
  startedAt: string;
  expiresAt: string;
}

/**
 * Which brokers run, and whether the database continues what gateways and logs have seen of it. These rows belong to the
 * deployment.
 *
 * An uptime is a time during which at least one broker runs without a break. For each log the store knows how many leaves it had
 * before the first one of the current uptime. If the database is a backup, these are the leaves of the backup: brokers are stopped
 * while a backup is put in place.
 */
export interface ContinuityRepository {
  /**
   * `partedAt`: since when gateways are refused that have received more than this database has; null if none was since the last
   * restore. `restoredAt`: when that was.
   */
  read(): Promise<{ partedAt: string | null; restoredAt: string | null }>;
  /** Brokers that run. */
  running(now: string): Promise<BrokerLease[]>;
  /** For each log that has grown in the current uptime, how many leaves it had before. */
  sizesBefore(): Promise<Map<string, number>>;
  /**
   * Takes a lease. The uptime goes on if another broker runs, or if gateways are refused: someone who restarts a broker that runs on
   * a backup does not make what it wrote part of the backup.
   *
   * @returns how many leases of other brokers had expired: those brokers were killed, or lost the database
   * @throws StoreError `master_key_mismatch` if the database has another master key than the one that this store was opened with
   */
  take(lease: BrokerLease): Promise<number>;
  /** Moves the lease's end. It throws like `take`. */
  renew(lease: BrokerLease): Promise<void>;
  end(id: string): Promise<void>;
  /** Notes that gateways are refused. @returns false if it was noted before */
  part(at: string): Promise<boolean>;
  /** The database is known to be a backup, and a new epoch has begun. Call it once all logs are open. */
  restored(at: string): Promise<void>;
}
