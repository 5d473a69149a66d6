import type { Lease } from '../domain/budget-lease.js';

/** What records add to a lease: `ended` calls have an outcome, `lost` ones among them an unknown one. */
export interface LeaseUse {
  grant: string;
  gateway: string;
  boot: string;
  calls: number;
  bytes: number;
  ended: number;
  lost: number;
}

export interface LeaseReads {
  /** Leases of these boots of a gateway that are not closed, in any tenant. */
  openOf(gateway: string, boots: readonly string[]): Promise<Lease[]>;
}

export interface LeaseWrites {
  ofGrant(grant: string): Promise<Lease[]>;
  /** Inserts it, or puts it in the place of the one of the same grant, gateway and boot. */
  save(lease: Lease): Promise<void>;
  /**
   * Counts what records prove; passes over what has no lease, as of every grant without a budget.
   *
   * @returns those of the grants of which parts are held
   */
  addUse(uses: readonly LeaseUse[]): Promise<string[]>;
}
