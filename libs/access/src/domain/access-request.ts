import {
  type Assurance,
  type Channel,
  type RequestState,
  type Terms,
  toInstant,
  type WaitsFor,
} from '@countersign/contract';
import type { Pause } from './request-note.js';
import type { Offer, ReviewNeeds } from './review.js';
import { isTerminal, type TransitionTable, transition } from './transition-table.js';

/** Every transition of a request (docs/contract.md, States). Only `transitionRequest` applies it. */
export const REQUEST_TRANSITIONS: TransitionTable<RequestState> = {
  awaiting_vendor: ['awaiting_customer', 'notifying', 'approved', 'denied', 'cancelled', 'expired'],
  awaiting_customer: ['approved', 'denied', 'countered', 'cancelled', 'expired'],
  countered: ['awaiting_customer', 'approved', 'denied', 'cancelled', 'expired'],
  notifying: ['approved', 'denied', 'cancelled', 'expired'],
  approved: [],
  denied: [],
  cancelled: [],
  expired: [],
};

/** From when on a request has waited for someone. `stage`: the customer's stage; absent if it has none. */
export interface Wait {
  for: WaitsFor;
  since: string;
  stage?: string;
}

const WAITS_FOR: Partial<Record<RequestState, WaitsFor>> = {
  awaiting_vendor: 'vendor',
  awaiting_customer: 'customer',
  countered: 'requester',
  notifying: 'notice',
};

/** The waits of a new request in this state. @param stage the customer's stage; null if it has none */
export const firstWait = (state: RequestState, since: string, stage: string | null): Wait[] => {
  const whom = WAITS_FOR[state];
  if (whom === undefined) return [];
  return [{ for: whom, since, ...(whom === 'customer' && stage !== null ? { stage } : {}) }];
};

/** A question makes the request wait for its requester, and the answer for the decision again. */
export function waitFor(request: AccessRequest, whom: 'requester' | 'decision', now: Date): AccessRequest {
  const since = toInstant(now);
  const next =
    whom === 'decision'
      ? firstWait(request.state, since, request.stage?.name ?? null)
      : [{ for: whom, since }];
  return { ...request, waits: [...request.waits, ...next] };
}

/** How long the request waited for whom, oldest first. The last one has no end while the request is open. */
export const waitTimes = ({
  waits,
  endedAt,
}: Pick<AccessRequest, 'waits' | 'endedAt'>): (Wait & { until: string | null })[] =>
  waits.map((wait, index) => ({ ...wait, until: waits[index + 1]?.since ?? endedAt }));

/** The channel that a request came through, and how its requester had signed in. */
export interface RequestOrigin {
  channel: Channel;
  assurance: Assurance;
}

/** A stage of the customer's approvals that a request waits for, since when, and when others were asked in addition. */
export interface StageProgress {
  name: string;
  since: string;
  escalatedAt: string | null;
}

/** A request for access and its state. Instants are whole seconds, RFC 3339 UTC. */
export interface AccessRequest {
  id: string;
  tenant: string;
  service: string;
  requester: string;
  state: RequestState;
  /** Counts changes. A change names the version that it was decided on (compare-and-swap). */
  version: number;
  digest: string;
  terms: Terms;
  /** Required reviews as last evaluated. Stored with `approved: 0`; views fill it in with `countApprovals`. */
  needs: ReviewNeeds;
  /** The kind of reason that the requester stated; null if none. */
  reasonCode: string | null;
  asked: RequestOrigin;
  createdAt: string;
  lapsesAt: string;
  endedAt: string | null;
  /** The customer's stage that it waits for; null if it waits for no stage. */
  stage: StageProgress | null;
  /** How many reminders have been sent. */
  reminders: number;
  grant: string | null;
  /** Whom it has waited for, oldest first. */
  waits: Wait[];
  /** When a question stopped its clock; null if none did. */
  pause: Pause | null;
  /** The government demand (`dem_…`) that it answers, on the basis `legal`; absent for all others. */
  demand?: string;
  /** The notice (`ntc_…`) that the customer must have acknowledged before the grant starts; null if none must be. */
  notice: string | null;
}

/** If no channel has reached the customer within this time, the request lapses. It is also bounded by `lapsesAt`. */
export const NOTIFYING_SECONDS = 30 * 60;

/** The customer is being notified by this notice. Nothing is open until it has been. */
export function beginNotifying(request: AccessRequest, notice: string, now: Date): AccessRequest {
  const latest = Math.min(Date.parse(request.lapsesAt), now.getTime() + NOTIFYING_SECONDS * 1_000);
  return { ...request, notice, lapsesAt: toInstant(new Date(latest)) };
}

export const isOpen = (request: AccessRequest): boolean => !isTerminal(REQUEST_TRANSITIONS, request.state);

/**
 * Moves a request one step. An accepted offer's terms replace the request's own.
 *
 * @throws Error if the table does not list the transition
 */
export function transitionRequest(
  request: AccessRequest,
  to: RequestState,
  change: { at: string; needs?: ReviewNeeds; offer?: Offer; stage?: string | null },
): AccessRequest {
  const state = transition(REQUEST_TRANSITIONS, request.state, to);
  return {
    ...request,
    state,
    version: request.version + 1,
    needs: change.needs ?? request.needs,
    waits: [...request.waits, ...firstWait(state, change.at, change.stage ?? null)],
    stage: state === 'awaiting_customer' ? stageAt(request, change.stage ?? null, change.at) : null,
    endedAt: isTerminal(REQUEST_TRANSITIONS, state) ? change.at : null,
    ...(change.offer === undefined ? {} : { ...change.offer, lapsesAt: change.offer.terms.lapsesAt }),
  };
}

/** The request's stage once it waits for the named one. The time of a stage that goes on does not begin again. */
export const stageAt = (
  { stage }: Pick<AccessRequest, 'stage'>,
  name: string | null,
  at: string,
): StageProgress | null => {
  if (name === null) return null;
  return stage?.name === name ? stage : { name, since: at, escalatedAt: null };
};

/** When the stage that the request waits for goes to others too; null if it does not, or has already. */
export function escalationAt({ stage, needs }: Pick<AccessRequest, 'stage' | 'needs'>): string | null {
  if (stage === null || stage.escalatedAt !== null) return null;
  const escalate = needs.customer.stages?.find(({ name }) => name === stage.name)?.escalate ?? null;
  return escalate === null ? null : toInstant(new Date(Date.parse(stage.since) + escalate.after * 1000));
}

/** True while the request waits for a stage that has gone to others too. */
export const isOverdue = ({ stage }: Pick<AccessRequest, 'stage'>): boolean =>
  stage !== null && stage.escalatedAt !== null;

/** The reminders of an undecided request, in order; `share` is the part of its lifetime that has passed by then. */
const REMINDERS = [
  { kind: 'request.reminder', share: 1 / 2 },
  { kind: 'request.escalated', share: 3 / 4 },
] as const;

export type ReminderKind = (typeof REMINDERS)[number]['kind'];

/** The next reminder and when it is due; null once all are sent, or if the request waits for no reviewer. */
export function nextReminder(request: AccessRequest): { kind: ReminderKind; at: string } | null {
  if (request.state !== 'awaiting_vendor' && request.state !== 'awaiting_customer') return null;
  const next = REMINDERS[request.reminders];
  if (next === undefined) return null;
  const [from, to] = [Date.parse(request.createdAt), Date.parse(request.lapsesAt)];
  return { kind: next.kind, at: toInstant(new Date(from + (to - from) * next.share)) };
}

/** When the scheduler next has to remind someone of the request, or to escalate it; null if never. */
export function nextReminderAt(request: AccessRequest): string | null {
  const times = [nextReminder(request)?.at ?? null, escalationAt(request)].filter((at) => at !== null);
  return times.sort()[0] ?? null;
}

/**
 * Counts every reminder that is due by now and returns only the last: a reminder that was missed is not sent late,
 * beside the one that follows it.
 *
 * @returns null if none is due
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
