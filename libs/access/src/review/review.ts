import type { Assurance, Channel } from '../organisation/person.js';

export type ReviewSide = 'vendor' | 'customer';
export type ReviewDecision = 'approve' | 'deny';

/** One person's decision on exactly one digest; append-only. */
export interface Review {
  id: string;
  request: string;
  tenant: string;
  person: string;
  side: ReviewSide;
  decision: ReviewDecision;
  digest: string;
  reason: string | null;
  channel: Channel;
  assurance: Assurance;
  at: string;
}

/** Distinct persons of one side who approved this digest. */
export function approvals(reviews: readonly Review[], side: ReviewSide, digest: string): number {
  const persons = reviews
    .filter((review) => review.side === side && review.digest === digest && review.decision === 'approve')
    .map((review) => review.person);
  return new Set(persons).size;
}
