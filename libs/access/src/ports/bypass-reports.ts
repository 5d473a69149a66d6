import type { BypassReport } from '../domain/bypass-report.js';

/** Reports of calls that bypassed the gateway. They are never changed. */
export interface BypassReportRepository {
  /** The newest first, at most `limit`. */
  newest(limit: number): Promise<BypassReport[]>;
  byDigest(digest: string): Promise<BypassReport | null>;
  /** How many this person has reported at this instant or later. */
  countBy(person: string, since: string): Promise<number>;
  /** @throws AccessError `conflict` for the same report again */
  insert(report: BypassReport): Promise<void>;
}
