import type {
  LogSource,
  Note,
  Succession,
  TlogPolicy,
  UnknownFound,
  VerifiedPoint,
  VerifierKey,
} from '@countersign/audit-log';
import type { Unwitnessed } from './cosigned-leaves.js';
import type { Warning } from './faults.js';
import type { InterruptedReplay } from './interrupted-replay.js';
import type { Witnessed } from './witnesses.js';

/** A log with a key of it, under the origin of any of its epochs. */
export type FollowedLog = { source: LogSource; key: VerifierKey };

export type ReplayOptions = {
  /** The tenant's log. */
  log: FollowedLog;
  /** The deployment's log, which every tenant may read. */
  deployment: FollowedLog;
  /** The anchor file: which deployment and tenant, and the fingerprint of the first trust document. */
  anchor?: { deployment: string; tenant: string; trust: string } | undefined;
  /** What an earlier run found. */
  since?: VerifiedState | undefined;
  /**
   * Whose cosignatures are enough: the report says whether they are. Without it, a majority of the witnesses in the trust
   * document; a warning says if they are missing.
   */
  policy?: TlogPolicy | undefined;
  /** Whether the values behind commitments are read. Default: true. */
  openings?: boolean | undefined;
  /**
   * What an interrupted run with the same options had replayed. If a run that goes on from there finds a fault, only a run
   * without it says whether the log has one.
   */
  interrupted?: InterruptedReplay | undefined;
  /** The caller's clock, in milliseconds since the epoch. It is read after the last leaf. */
  now: () => number;
  onProgress?: ((what: 'deployment' | 'tenant', done: number, size: number) => void) | undefined;
  /**
   * Called after each bundle of the tenant's log but the last, with the number of leaves that were read. Not called if grants
   * and calls cannot be replayed. `interruptedNow` gives what a later run needs to go on from there.
   */
  onBundle?:
    | ((size: number, interruptedNow: () => Promise<InterruptedReplay>) => void | Promise<void>)
    | undefined;
};

/** How far a log was verified, for the next run. Without `replay` it cannot replay what comes after leaves that are pruned by then. */
export type VerifiedState = VerifiedPoint & { replay?: ReplaySnapshot };

/** The form of `ReplaySnapshot.state`. A state of another form is not read. */
export const SNAPSHOT_VERSION = 7;

/**
 * What the leaves led to, as text, and how far the deployment's log was verified. `v` is the form of the state. `size`: how many leaves
 * led to it, if these are fewer than were verified: what comes after them has leaves of unknown types.
 */
export type ReplaySnapshot = {
  v: number;
  deployment: VerifiedPoint;
  state: string;
  digest: string;
  size?: number;
};

/** What a verification found. It threw a LogFault if anything was wrong. */
export type ReplayReport = {
  tenant: string;
  point: VerifiedPoint;
  deployment: VerifiedPoint;
  note: Note;
  /** What became of the log's keys and name. */
  succession: Succession | undefined;
  /** Leaves before this one were pruned; 0 for a log that has all its leaves. */
  prunedBefore: number;
  /**
   * Whether grants and calls were replayed. Not if leaves were pruned that no earlier run has replayed: what they said of
   * people, policies and grants is not known.
   */
  replayed: boolean;
  /** Allowed calls and grants in the whole log. */
  calls: number;
  grants: number;
  /** Values that opened their commitments in this run. */
  opened: number;
  /** Names of the logs of access under a gag that this log has heads of: `replaySealedLog` verifies them. */
  sealedLogs: string[];
  /** The hash of the trust document in force; null while the tenant is unclaimed, or if nothing was replayed. */
  trust: string | null;
  witnessed: Witnessed;
  /**
   * Leaves that the witnesses of the trust document have not cosigned in its grace period; null if there are none, or the caller
   * gave a policy. A caller takes it for a fault, `not_witnessed`.
   */
  unwitnessed: Unwitnessed | null;
  /** Leaves of types that this verifier does not know; null if there are none. A caller takes it for a verdict, `unknown_event`. */
  unknown: UnknownFound | null;
  warnings: Warning[];
  state: VerifiedState;
};
