import type { Opening, SealedHead } from '@countersign/contract';
import type { DemandAction } from '../domain/demand.js';
import type { DraftOf } from './log.js';
import type { NamedOpening } from './workflow.js';

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

/** A leaf of the sealed sub-log, without what it says. */
export interface SealedLeaf {
  /** Its number in the sub-log: from 0, without gaps. */
  seq: number;
  /** The government demand that it is about. */
  demand: string;
  at: string;
  /** RFC 6962 leaf hash, padded base64. */
  hash: string;
  /** True once it stands in the tenant's log. */
  isOpen: boolean;
}

/** What a sealed leaf says, all personal values as commitments. Its `seq` is the number of the demand's step. */
export type SealedDraft = { [T in SealedType]: Omit<DraftOf<T>, 'personal' | 'openTo'> }[SealedType];
/** The same, with its personal values. */
export type SealingDraft = { [T in SealedType]: DraftOf<T> }[SealedType];
type SealedType = `demand.${DemandAction | 'accessed' | 'kept'}`;

export interface OpenedLeaf {
  seq: number;
  draft: SealedDraft;
  openings: NamedOpening[];
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
  /**
   * Appends a leaf to the sealed sub-log: canonical JSON as in the tenant's log, with the number of the demand's step as its
   * `seq`. So the text says nothing of other demands' leaves, and its place in the sub-log stays unknown until a seal opens.
   */
  sealLeaf(demand: string, step: number, draft: SealingDraft): Promise<void>;
  /** Every leaf of the sealed sub-log, in its order. */
  sealedLeaves(): Promise<SealedLeaf[]>;
  /** What the sealed leaves of a demand say, in their order. */
  openLeaves(demand: string): Promise<OpenedLeaf[]>;
  /** Notes that a leaf of the sub-log stands in the tenant's log at this index. */
  markOpened(seq: number, leaf: number): Promise<void>;
  /** The head of the sub-log before this instant; null if it had no leaf. */
  sealedHead(before: string): Promise<SealedHead | null>;
  /** How many leaves of the sub-log the seals that are open cover. */
  openedSize(): Promise<number>;
  noteOpened(size: number): Promise<void>;
  deploymentPoint(): Promise<DeploymentPoint>;
  /** Notes the size that a `deployment.checkpoint` leaf names. @returns false if the tenant has not begun */
  recordDeployment(size: number): Promise<boolean>;
}

/** A tenant whose daily leaf is due, and the day that it is about. */
export interface DueDay {
  day: string;
  tenant: string;
}
