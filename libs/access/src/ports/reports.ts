import type { RequestFact } from '../domain/transparency/report-figures.js';
import type { TimeSpan } from './log.js';
import type { Entry } from './repository.js';

export interface ReportRepositories {
  reports: Entry<ReportRepository, 'publish'>;
}

/** A report about all tenants, as it was published. It never changes: two versions could be subtracted from each other. */
export interface PublishedReport {
  /** `2026-H2` */
  period: string;
  /** Canonical JSON. */
  document: string;
  /** The signed note over its hashes. */
  note: string;
  publishedAt: string;
}

/** Published reports, and what reports count of requests and emergencies, of one tenant or of all in reach. */
export interface ReportRepository {
  find(period: string): Promise<PublishedReport | null>;
  /** Newest first. */
  list(): Promise<Pick<PublishedReport, 'period' | 'publishedAt'>[]>;
  /** @returns false if the period has a report */
  publish(report: PublishedReport): Promise<boolean>;
  /** Requests that were made in the span, oldest first. @param tenant null: of every tenant */
  requests(span: Required<TimeSpan>, tenant: string | null): Promise<RequestFact[]>;
  /** Emergencies that began in the span and were explained late, or not at all after their term. */
  lateDisclosures(span: Required<TimeSpan>, tenant: string | null): Promise<{ id: string; tenant: string }[]>;
}
