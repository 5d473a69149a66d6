import { type DailyStatement, ERASURE_DAYS, type ReviewSide } from '@countersign/contract';

/** How a tenant’s log treats personal values and old leaves. Its admin changes it; absent rows mean the defaults. */
export interface LogSettings {
  /** How many days old a leaf must be before its values can be erased. `ERASURE_DAYS.least` or more. */
  erasureAfterDays: number;
  /** After how many days leaves are pruned, `RETENTION_DAYS.least` or more; null: never. */
  retentionDays: number | null;
  /**
   * Whether a statement of each UTC day's accesses is made: `webhook` notifies programs, `mail` also the tenant's admins and
   * auditors.
   */
  dailyStatement: DailyStatement;
}

export const DEFAULT_LOG_SETTINGS: LogSettings = {
  erasureAfterDays: ERASURE_DAYS.least,
  retentionDays: null,
  dailyStatement: 'off',
};

/**
 * A legal hold of one side: while a tenant has one, nothing in its log is erased or pruned. Each side sets and lifts its own.
 */
export interface LegalHold {
  side: ReviewSide;
  /** Who set it. The reason is a commitment in the log. */
  person: string;
  setAt: string;
}
