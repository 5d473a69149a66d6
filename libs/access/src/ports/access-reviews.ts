import type { KeptReason, ReviewOutcome } from '@countersign/contract';
import type { AccessReview, AccessReviewItem, ReviewedItem } from '../domain/access-review.js';
import type { Located, Page, PageQuery } from './repository.js';

/** What became of one item of a review. */
export interface ItemOutcome {
  item: string;
  outcome: ReviewOutcome;
  reason: KeptReason | null;
  by: string;
  at: string;
}

/** The quarterly access reviews of a tenant, and when the next one begins. */
export interface AccessReviewRepository {
  find(id: string): Promise<AccessReview | null>;
  /** The newest first. */
  list(page: PageQuery): Promise<Page<AccessReview>>;
  /** In the order in which they were listed. */
  items(reviews: readonly string[]): Promise<(AccessReviewItem & { review: string })[]>;
  /** Items without an outcome, in their order. */
  openItems(review: string, limit: number): Promise<AccessReviewItem[]>;
  /** @throws AccessError `conflict` if the quarter has a review already */
  insert(review: AccessReview, items: readonly ReviewedItem[]): Promise<void>;
  /** Compare-and-swap: @returns false if the item has an outcome already, or is not of this review */
  decide(review: string, outcome: ItemOutcome): Promise<boolean>;
  /** Compare-and-swap on `version - 1`. */
  update(review: AccessReview): Promise<boolean>;
  /** The first day of the quarter whose review is opened next; null for a tenant that no run has seen. */
  nextQuarter(): Promise<string | null>;
  /** Begins the schedule; nothing happens if it has begun. */
  begin(quarter: string): Promise<void>;
  /** Compare-and-swap. */
  advance(from: string, to: string): Promise<boolean>;
  /** Open reviews whose term is over, or whose reminder is due. @param reminder reviews due by then are reminded */
  due(now: string, reminder: string, limit: number): Promise<Located[]>;
}
