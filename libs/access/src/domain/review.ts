import type { ApprovalStatement, Signature, Terms } from '@countersign/contract';
import type { Assurance, Channel } from './person.js';

export type ReviewSide = 'vendor' | 'customer';
export type ReviewDecision = 'approve' | 'deny' | 'counter';

/** The narrower terms of a counter-offer; their `parent` is the digest that it answers. */
export interface Offer {
  digest: string;
  terms: Terms;
}

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
  /** With `counter`, and only then. */
  offer: Offer | null;
  /** The passkey's signature over the statement of this decision; null on the vendor's word alone. */
  countersignature: Signature<ApprovalStatement> | null;
  /** Since when it no longer counts, because its person could no longer give it; the review itself stays. */
  voidedAt: string | null;
}

/** A digest with all that it narrows: its parent, its parent's parent, … as the counter-offers tell. */
export function lineage(reviews: readonly Review[], digest: string): string[] {
  const line = [digest];
  for (let own: string | undefined = digest; own !== undefined; ) {
    const child: string = own;
    own = reviews.find((review) => review.offer?.digest === child)?.digest;
    if (own === undefined || line.includes(own)) break;
    line.push(own);
  }
  return line;
}

/** True where this review says yes to the digest: a vendor's to all that narrows what it approved, a counter to its own offer. */
function approvesDigest(review: Review, digest: string, line: readonly string[]): boolean {
  if (review.decision === 'deny' || review.voidedAt !== null) return false;
  if (review.decision === 'counter') return review.offer?.digest === digest;
  return review.side === 'vendor' ? line.includes(review.digest) : review.digest === digest;
}

/** Reviews of one side that say yes to this digest, in their order. */
export function approvingReviews(reviews: readonly Review[], side: ReviewSide, digest: string): Review[] {
  const line = lineage(reviews, digest);
  return reviews.filter((review) => review.side === side && approvesDigest(review, digest, line));
}

/** Distinct persons of one side whose reviews say yes to this digest. */
export function countApprovals(reviews: readonly Review[], side: ReviewSide, digest: string): number {
  return new Set(approvingReviews(reviews, side, digest).map(({ person }) => person)).size;
}

/** The counter-offer that answers this digest, where one was made. */
export const findCounterOffer = (
  reviews: readonly Review[],
  digest: string,
): (Review & { offer: Offer }) | undefined =>
  reviews.find(
    (review): review is Review & { offer: Offer } => review.offer !== null && review.digest === digest,
  );
