import type {
  ApprovalStatement,
  Assurance,
  Channel,
  ReviewDecision,
  ReviewSide,
  RiskLevel,
  Signature,
  Terms,
} from '@countersign/contract';
import type { ApprovalCode, ImpactCode } from '@countersign/wording';
import { isVendorStaff, type Person } from './person.js';

export const sideOf = (person: Person): ReviewSide => (isVendorStaff(person) ? 'vendor' : 'customer');

/** The reviews that a request needs, and those that it has (docs/contract.md, Requests and reviews). */
export interface ReviewNeeds {
  vendor: { required: number; approved: number };
  customer: {
    required: number;
    approved: number;
    countersignature: boolean;
    channels: Channel[];
    /** In their order; absent: every approver may decide at any time. */
    stages?: StageNeed[];
    /** Why it is approved in this way. */
    reasons: NeedReason[];
  };
  /** How strictly it is approved, by the level that decides the channels. Its reasons are sentences in English. */
  risk: { level: RiskLevel; reasons: string[] };
  /** How much harm it could do. Who approves it plays no part. */
  impact: Impact;
}

/** How much harm a request could do, rated by the data and actions that it covers. Pages and messages call it the risk. */
export interface Impact {
  level: RiskLevel;
  /** At least one. */
  reasons: { code: ImpactCode; actions: string[] }[];
}

/** Why the customer approves a request as it does, and the actions that it is about. */
export interface NeedReason {
  code: ApprovalCode;
  actions: string[];
}

/** One stage of the customer's approvals. */
export interface StageNeed {
  name: string;
  /** Groups whose approvers decide; empty: every approver. */
  groups: string[];
  required: number;
  approved: number;
  /** Who may decide too once the stage has been open for so many seconds; null: no one. */
  escalate: { after: number; to: string[] } | null;
}

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
  /** The stage in which it counts; null if the request had none, and for vendor's reviews and denials. */
  stage: string | null;
  /** Set if the decision is `counter`, and only then. */
  offer: Offer | null;
  /** The passkey's signature over the statement of this decision; null if the vendor's word alone vouches for it. */
  countersignature: Signature<ApprovalStatement> | null;
  /** When it stopped counting because its author lost the role. The review itself stays. */
  voidedAt: string | null;
}

/** A digest and every digest that it narrows, newest first, by following the counter-offers to their parents. */
function lineage(reviews: readonly Review[], digest: string): string[] {
  const line = [digest];
  for (let own: string | undefined = digest; own !== undefined; ) {
    const child: string = own;
    own = reviews.find((review) => review.offer?.digest === child)?.digest;
    if (own === undefined || line.includes(own)) break;
    line.push(own);
  }
  return line;
}

/** A vendor's approval covers every digest that narrows it. A counter approves its own offer. */
function approvesDigest(review: Review, digest: string, line: readonly string[]): boolean {
  if (review.decision === 'deny' || review.voidedAt !== null) return false;
  if (review.decision === 'counter') return review.offer?.digest === digest;
  return review.side === 'vendor' ? line.includes(review.digest) : review.digest === digest;
}

/** The reviews of one side that approve this digest, in their order. */
export function approvingReviews(reviews: readonly Review[], side: ReviewSide, digest: string): Review[] {
  const line = lineage(reviews, digest);
  return reviews.filter((review) => review.side === side && approvesDigest(review, digest, line));
}

/** How many distinct persons of one side approve this digest. */
export function countApprovals(reviews: readonly Review[], side: ReviewSide, digest: string): number {
  return new Set(approvingReviews(reviews, side, digest).map(({ person }) => person)).size;
}

/** Who has decided this digest, on both sides. */
export const decidedBy = (reviews: readonly Review[], digest: string): Set<string> =>
  new Set(reviews.filter((review) => review.digest === digest).map(({ person }) => person));

/** The counter-offer that answers this digest, if there is one. */
export const findCounterOffer = (
  reviews: readonly Review[],
  digest: string,
): (Review & { offer: Offer }) | undefined =>
  reviews.find(
    (review): review is Review & { offer: Offer } => review.offer !== null && review.digest === digest,
  );
