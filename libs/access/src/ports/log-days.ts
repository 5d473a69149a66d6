import type { Opening } from '@countersign/contract';

/** How far a tenant's daily leaves are written. Days are UTC, `YYYY-MM-DD`. */
export interface LogDays {
  /** The first day without its sealed leaf; at first the day of the tenant's birth. */
  nextDay: string;
  /** The first day whose seal is still closed. */
  nextOpening: string;
}

/** What the sealed leaf of one day commits to, until it opens. */
export interface DaySeal {
  day: string;
  /** Index of the leaf. */
  leaf: number;
  /** As it stands in the leaf. */
  commitment: string;
  /** Value (256 bytes) and salt. */
  opening: Opening;
}

/** The deployment's log as a tenant's unit sees it. */
export interface DeploymentPoint {
  /** Checkpoint origin of the deployment's log. */
  origin: string;
  size: number;
  /** Padded base64. */
  root: string;
  /** Number of leaves up to and including the newest one that grants depend on. */
  reliedOn: number;
  /** The size that the newest `deployment.checkpoint` leaf of this tenant names; 0 if there is none. */
  recorded: number;
}

/**
 * The daily leaves of a tenant's log, and what its seals commit to. Units of reads have none of its methods, so no handler
 * of the API can read a closed seal. Rows are sealed under a key of the tenant, and that key under the master key.
 */
export interface LogDaysRepository {
  /** Begins with the day of the tenant's birth. Nothing if it has begun. */
  begin(day: string): Promise<void>;
  /** Null if the tenant has not begun. */
  find(): Promise<LogDays | null>;
  /** Compare-and-swap. @returns false if another broker was faster */
  advance(before: LogDays, after: LogDays): Promise<boolean>;
  /** Keeps the seal of a day. @throws if the day has one */
  seal(seal: DaySeal): Promise<void>;
  /** Takes the seal of a day out. Null if there is none. */
  unseal(day: string): Promise<DaySeal | null>;
  deploymentPoint(): Promise<DeploymentPoint>;
  /** Notes the size that a `deployment.checkpoint` leaf names. @returns false if the tenant has not begun */
  recordDeployment(size: number): Promise<boolean>;
}

/** A tenant whose daily leaf is due, and the day that it is about. */
export interface DueDay {
  day: string;
  tenant: string;
}
