import {
  daysAfter,
  type KeptReason,
  type ReviewedKind,
  type ReviewOutcome,
  type TenantRole,
} from '@countersign/contract';
import { type TransitionTable, transition } from './transition-table.js';

/** How long a tenant's admins have to answer a review. */
export const REVIEW_DAYS = 14;
/** How long before the end admins are reminded of what is not answered. */
export const REMINDER_DAYS = 3;
const DAY_MS = 86_400_000;

/** One thing that a review asks about, as it was when the review was opened. */
export interface ReviewedItem {
  /** Names it in its review: kind and id, and of a rule the service too. */
  item: string;
  kind: ReviewedKind;
  /** Of the grant, invitation, person, key or session; of a rule, its basis. */
  id: string;
  /** A person's id; null for a rule. */
  owner: string | null;
  service: string | null;
  /** Of a person; empty for everything else. */
  roles: TenantRole[];
  since: string | null;
  /** When it ends by itself; null if never. */
  until: string | null;
}

export interface AccessReviewItem extends ReviewedItem {
  /** Null until it is decided. */
  outcome: ReviewOutcome | null;
  /** Set if the outcome is `kept`. */
  reason: KeptReason | null;
  /** A person's id, or `job`. */
  by: string | null;
  at: string | null;
}

/** `open`: admins decide. `closed`: every item has an outcome. */
export const ACCESS_REVIEW_STATES = ['open', 'closed'] as const;
export type AccessReviewState = (typeof ACCESS_REVIEW_STATES)[number];

export const ACCESS_REVIEW_TRANSITIONS: TransitionTable<AccessReviewState> = { open: ['closed'], closed: [] };

/** The review of one quarter. Instants are whole seconds, UTC. */
export interface AccessReview {
  /** `acr_…` */
  id: string;
  tenant: string;
  /** The quarter's first day in the tenant's zone: `2027-01-01`. */
  quarter: string;
  state: AccessReviewState;
  version: number;
  openedAt: string;
  dueAt: string;
  /** When admins were reminded; null if they were not. */
  remindedAt: string | null;
  closedAt: string | null;
  /** First days of earlier quarters that no broker has opened a review for. */
  missed: string[];
}

/** How many items have which outcome; `open` counts those without. */
export type ReviewCounts = Record<ReviewOutcome | 'open', number>;

export function countOutcomes(items: readonly Pick<AccessReviewItem, 'outcome'>[]): ReviewCounts {
  const counts: ReviewCounts = { open: 0, confirmed: 0, pruned: 0, gone: 0, lapsed: 0, kept: 0 };
  for (const { outcome } of items) counts[outcome ?? 'open'] += 1;
  return counts;
}

export const itemName = ({ kind, id, service }: Pick<ReviewedItem, 'kind' | 'id' | 'service'>): string =>
  kind === 'rule' ? `rule:${id}:${service ?? ''}` : `${kind}:${id}`;

/** The first day of the quarter of a day: `2027-02-14` → `2027-01-01`. */
export function quarterOf(day: string): string {
  const month = Number(day.slice(5, 7));
  return `${day.slice(0, 4)}-${String(month - ((month - 1) % 3)).padStart(2, '0')}-01`;
}

/** The first day of the next quarter. A quarter has at most 92 days. */
export const nextQuarter = (quarter: string): string => quarterOf(daysAfter(quarter, 92));

/** The quarters from `next` up to and including the one of this day; empty if `next` has not begun. */
export function quartersUntil(next: string, day: string): string[] {
  const quarters: string[] = [];
  for (let quarter = next; quarter <= day; quarter = nextQuarter(quarter)) quarters.push(quarter);
  return quarters;
}

/** A review that begins now. Its term is counted from now, however late it is opened. */
export const openReview = (
  of: Pick<AccessReview, 'id' | 'tenant' | 'quarter' | 'missed'>,
  now: Date,
): AccessReview => ({
  ...of,
  ...{ state: 'open', version: 1, openedAt: seconds(now), remindedAt: null, closedAt: null },
  dueAt: seconds(new Date(now.getTime() + REVIEW_DAYS * DAY_MS)),
});

const seconds = (at: Date): string => `${at.toISOString().slice(0, 19)}Z`;

export const isReviewDue = ({ state, dueAt }: AccessReview, now: Date): boolean =>
  state === 'open' && Date.parse(dueAt) <= now.getTime();

/** True once, when few days are left. */
export const isReminderDue = ({ state, dueAt, remindedAt }: AccessReview, now: Date): boolean =>
  state === 'open' && remindedAt === null && Date.parse(dueAt) - REMINDER_DAYS * DAY_MS <= now.getTime();

export const remindedReview = (review: AccessReview, at: string): AccessReview => ({
  ...review,
  remindedAt: at,
  version: review.version + 1,
});

/** @throws Error if it is closed already */
export const closedReview = (review: AccessReview, at: string): AccessReview => ({
  ...review,
  state: transition(ACCESS_REVIEW_TRANSITIONS, review.state, 'closed'),
  version: review.version + 1,
  closedAt: at,
});
