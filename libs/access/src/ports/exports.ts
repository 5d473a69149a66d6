import type { ExportTarget } from '../domain/export-target.js';
import type { Entry } from './repository.js';

/** Where logs are streamed to. These rows belong to the deployment; each names its side, null for the vendor. */
export interface ExportRepositories {
  exportTargets: Entry<
    ExportTargetRepository,
    'insert' | 'remove' | 'claim' | 'acknowledge' | 'release' | 'fail'
  >;
}

export interface ExportTargetRepository {
  /** Oldest first. */
  list(tenant: string | null, log: string): Promise<ExportTarget[]>;
  /** The secret as it was given; null if the target has none or is gone. The store seals it. */
  secret(id: string): Promise<string | null>;
  insert(target: ExportTarget, secret: string | null): Promise<void>;
  /** @returns what was removed; null if the side has no such target */
  remove(tenant: string | null, id: string): Promise<ExportTarget | null>;
  /**
   * Targets whose time has come and whose log has leaves that were not acknowledged, the one that waits longest first.
   * @param busy ids that are left out
   */
  due(now: string, limit: number, busy: readonly string[]): Promise<ExportTarget[]>;
  /**
   * Begins to send: no other broker does so before `until`. After a crash it is due again then.
   * @returns the claimed target; null if another broker was faster
   */
  claim(target: ExportTarget, until: string): Promise<ExportTarget | null>;
  /**
   * Moves the cursor after the receiver's acknowledgement, and extends the claim.
   * @returns false if the claim has ended meanwhile: another broker may send now
   */
  acknowledge(target: ExportTarget, moved: { next: number; at: string; until: string }): Promise<boolean>;
  /** Ends a claim: the target is due again at this instant. */
  release(target: ExportTarget, nextAt: string): Promise<void>;
  /** Ends a claim after an attempt that failed. */
  fail(target: ExportTarget, failure: { error: string; at: string; nextAt: string }): Promise<void>;
}
