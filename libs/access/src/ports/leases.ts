import type { Lease } from '../grant/lease.js';

/** What a batch of records adds to a lease: `ended` calls have an outcome, `lost` ones among them an unknown one. */
export interface LeaseUse {
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
  /** Counts what records prove; false where there is no such lease, as for every grant without a budget. */
  addUse(grant: string, gateway: string, boot: string, use: LeaseUse): Promise<boolean>;
}
