import { type Terms, toInstant } from '@countersign/contract';
import type { ReviewNeeds } from '../policy/needs.js';
import type { Assurance, Channel } from './person.js';
import type { Offer } from './review.js';
import { isTerminal, type TransitionTable, transition } from './transition-table.js';

export type RequestState =
  | 'awaiting_vendor'
  | 'awaiting_customer'
  | 'countered'
  | 'approved'
  | 'denied'
  | 'cancelled'
  | 'expired';

/** The whole life of a request (CONTRACT §5). `transitionRequest` is the only code that applies it. */
export const REQUEST_TRANSITIONS: TransitionTable<RequestState> = {
  awaiting_vendor: ['awaiting_customer', 'approved', 'denied', 'cancelled', 'expired'],
  awaiting_customer: ['approved', 'denied', 'countered', 'cancelled', 'expired'],
  countered: ['awaiting_customer', 'approved', 'denied', 'cancelled', 'expired'],
  approved: [],
  denied: [],
  cancelled: [],
  expired: [],
};

/** By which door a request came, and how its requester was signed in. */
export interface RequestOrigin {
  channel: Channel;
  assurance: Assurance;
}

/** The ask and its life. Instants are whole seconds, RFC 3339 UTC. */
export interface AccessRequest {
  id: string;
  tenant: string;
  service: string;
  requester: string;
  state: RequestState;
  /** Counts changes; a change names the version that it was decided on (compare-and-swap). */
  version: number;
  digest: string;
  terms: Terms;
  /** Required reviews as last evaluated; `approved` counts are those of the reviews stored by then. */
  needs: ReviewNeeds;
  /** Null for requests from before this was noted. */
  asked: RequestOrigin | null;
  createdAt: string;
  lapsesAt: string;
  endedAt: string | null;
  /** How many times people were reminded that it waits. */
  reminders: number;
  grant: string | null;
}

export const isOpen = (request: AccessRequest): boolean => !isTerminal(REQUEST_TRANSITIONS, request.state);

/** Moves a request one step; an accepted offer's terms take the place of its own. @throws Error on a step that the table does not have */
export function transitionRequest(
  request: AccessRequest,
  to: RequestState,
  change: { at: string; needs?: ReviewNeeds; offer?: Offer },
): AccessRequest {
  const state = transition(REQUEST_TRANSITIONS, request.state, to);
  return {
    ...request,
    state,
    version: request.version + 1,
    needs: change.needs ?? request.needs,
    endedAt: isTerminal(REQUEST_TRANSITIONS, state) ? change.at : null,
    ...(change.offer === undefined ? {} : { ...change.offer, lapsesAt: change.offer.terms.lapsesAt }),
  };
}

/** What is told of a request that nobody has decided, and after which part of its life; no more than these. */
const REMINDERS = [
  { kind: 'request.reminder', share: 1 / 2 },
  { kind: 'request.escalated', share: 3 / 4 },
] as const;

export type ReminderKind = (typeof REMINDERS)[number]['kind'];

/** The next one, and when; null once all are out, and where nobody's decision is waited for. */
export function nextReminder(request: AccessRequest): { kind: ReminderKind; at: string } | null {
  if (request.state !== 'awaiting_vendor' && request.state !== 'awaiting_customer') return null;
  const next = REMINDERS[request.reminders];
  if (next === undefined) return null;
  const [from, to] = [Date.parse(request.createdAt), Date.parse(request.lapsesAt)];
  return { kind: next.kind, at: toInstant(new Date(from + (to - from) * next.share)) };
}

/** The next instant at which somebody has to be reminded; null where nobody need be. */
export const nextReminderAt = (request: AccessRequest): string | null => nextReminder(request)?.at ?? null;

/**
 * The request as it stands once all that is due has been told, with the last of that; null where nothing is. What was
 * missed before is not told late, beside what came after it.
 */
export function applyDueReminder(
  request: AccessRequest,
  now: Date,
): { request: AccessRequest; kind: ReminderKind } | null {
  let after = request;
  let kind: ReminderKind | null = null;
  for (;;) {
    const next = nextReminder(after);
    if (next === null || now.getTime() < Date.parse(next.at)) break;
    after = { ...after, reminders: after.reminders + 1 };
    kind = next.kind;
  }
  return kind === null ? null : { request: { ...after, version: request.version + 1 }, kind };
}
