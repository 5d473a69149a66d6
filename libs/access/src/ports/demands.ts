import type { DemandState } from '@countersign/contract';
import type { Demand, DemandDocument, DemandStep } from '../domain/demand.js';
import type { DemandCount } from '../domain/transparency/report-figures.js';
import type { TimeSpan } from './log.js';
import type { Entry, Page, PageQuery } from './repository.js';

/** Government demands. These rows belong to the vendor: no unit of a tenant reads or writes them. */
export interface DemandRepositories {
  demands: Entry<DemandRepository, 'insert' | 'addStep' | 'addDocument'>;
  sealedLogs: Entry<SealedLogRepository, 'insert' | 'open' | 'noteRecorded'>;
}

/** A demand in a list: with its last step's state, and without its steps. */
export interface ListedDemand {
  demand: Demand;
  state: DemandState;
  /** The end of the gag, extensions included; null if there is none. */
  gagUntil: string | null;
  isSealed: boolean;
}

/** Narrow reads for reports. */
export interface DemandCounts {
  /** Demands that were received in the span, oldest first. */
  counts(span: TimeSpan): Promise<DemandCount[]>;
}

/** Rows are only ever added; the database refuses to change or delete one. Texts and documents are encrypted at rest. */
export interface DemandRepository extends DemandCounts {
  find(id: string): Promise<Demand | null>;
  /** Newest first. */
  list(
    filter: { state?: DemandState | undefined; tenant?: string | undefined },
    page: PageQuery,
  ): Promise<Page<ListedDemand>>;
  /** Oldest first. */
  steps(id: string): Promise<DemandStep[]>;
  documents(id: string): Promise<DemandDocument[]>;
  /** Null if the demand has no document with this hash. */
  document(id: string, sha256: string): Promise<{ document: DemandDocument; content: Uint8Array } | null>;
  /** Ids of sealed demands whose gag has ended by now, oldest first. */
  toOpen(now: string, limit: number): Promise<string[]>;
  /** Ids of the sealed demands about this tenant that are not closed, oldest first. */
  sealedAbout(tenant: string): Promise<string[]>;
  insert(demand: Demand): Promise<void>;
  /** @throws AccessError `conflict` if another step has this number */
  addStep(id: string, step: DemandStep): Promise<void>;
  /** @throws AccessError `conflict` if the demand has this document */
  addDocument(id: string, document: DemandDocument, content: Uint8Array): Promise<void>;
}

/**
 * The log that keeps what a demand under a gag opens at one tenant (requests, reviews, grants, calls) apart from that tenant's
 * own log. Its name stands for the tenant in each of these rows, so that no read of the tenant finds them.
 */
export interface SealedLog {
  /** `sealed-…` */
  slug: string;
  tenant: string;
  demand: string;
  createdAt: string;
  /** Since when the tenant may read it; null while the demand is sealed. */
  openedAt: string | null;
  /** How many of its leaves the newest head covers that was recorded of it. */
  recorded: number;
}

export interface SealedLogRepository {
  find(slug: string): Promise<SealedLog | null>;
  ofDemand(demand: string): Promise<SealedLog[]>;
  /** Those that this tenant may read. */
  openOf(tenant: string): Promise<SealedLog[]>;
  /** Those with leaves that no head covers, after this name. */
  grown(after: string, limit: number): Promise<SealedLog[]>;
  /** @throws AccessError `conflict` if the demand has one for this tenant */
  insert(log: SealedLog): Promise<void>;
  open(slug: string, at: string): Promise<void>;
  noteRecorded(slug: string, size: number): Promise<void>;
}
