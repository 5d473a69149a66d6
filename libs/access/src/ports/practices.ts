import type { Practice, PracticeRequest } from '../domain/practice.js';
import type { Located, Page, PageQuery } from './repository.js';

/** The practices of a tenant, and when the next one begins. */
export interface PracticeRepository {
  find(id: string): Promise<Practice | null>;
  /** The newest first. */
  list(page: PageQuery): Promise<Page<Practice>>;
  /** The one that is open; null if none is. */
  open(): Promise<Practice | null>;
  /** Of these practices, by person. */
  requests(practices: readonly string[]): Promise<PracticeRequest[]>;
  /** @throws AccessError `conflict` if the tenant has had one for this occasion */
  insert(practice: Practice, requests: readonly Pick<PracticeRequest, 'person' | 'task'>[]): Promise<void>;
  /** Compare-and-swap: @returns false if it has a result already */
  settle(request: PracticeRequest): Promise<boolean>;
  /** Compare-and-swap on `version - 1`. */
  update(practice: Practice): Promise<boolean>;
  /** The first day of the quarter whose practice begins next; null for a tenant that no run has seen. */
  nextQuarter(): Promise<string | null>;
  /** Begins the schedule; nothing happens if it has begun. */
  begin(quarter: string): Promise<void>;
  /** Compare-and-swap. */
  advance(from: string, to: string): Promise<boolean>;
  /** Open practices whose term is over, or whose reminder is due. @param reminder those due by then are reminded */
  due(now: string, reminder: string, limit: number): Promise<Located[]>;
}
