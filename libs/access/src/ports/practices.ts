import type { Practice, PracticeRequest } from '../domain/practice.js';
import type { Located, Page, PageQuery } from './repository.js';

/** The practices of a tenant, and when the next one begins. */
export interface PracticeRepository {
  find(id: string): Promise<Practice | null>;
  /** The newest first. */
  list(page: PageQuery): Promise<Page<Practice>>;
  /** The one that is open; null if none is. */
  open(): Promise<Practice | null>;
  /** The parts of these practices, ordered by practice and person. */
  requests(practices: readonly string[]): Promise<PracticeRequest[]>;
  /** @throws AccessError `conflict` if the tenant has had one for this occasion */
  insert(practice: Practice, requests: readonly Pick<PracticeRequest, 'person' | 'task'>[]): Promise<void>;
  /** Compare-and-swap: @returns false if it has a result already */
  settle(request: PracticeRequest): Promise<boolean>;
  /** Compare-and-swap on `version - 1`. */
  update(practice: Practice): Promise<boolean>;
  /** The first day of the quarter whose practice begins next; null if the tenant's schedule has not begun. */
  nextQuarter(): Promise<string | null>;
  /** Begins the schedule, unless it has begun. */
  begin(quarter: string): Promise<void>;
  /** Compare-and-swap. */
  advance(from: string, to: string): Promise<boolean>;
  /** Open practices that have reached their end, or whose reminder is due. @param reminder practices that end by then get one */
  due(now: string, reminder: string, limit: number): Promise<Located[]>;
}
