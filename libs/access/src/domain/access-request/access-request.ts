import type { Terms } from '@countersign/contract';
import type { Needs } from '../../policy/needs.js';
import type { Assurance, Channel } from '../organisation/person.js';
import type { Offer } from '../review/review.js';
import { isTerminal, step, type TransitionTable } from '../transition-table.js';

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
export interface Asked {
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
  needs: Needs;
  /** Null for requests from before this was noted. */
  asked: Asked | null;
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
  change: { at: string; needs?: Needs; offer?: Offer },
): AccessRequest {
  const state = step(REQUEST_TRANSITIONS, request.state, to);
  return {
    ...request,
    state,
    version: request.version + 1,
    needs: change.needs ?? request.needs,
    endedAt: isTerminal(REQUEST_TRANSITIONS, state) ? change.at : null,
    ...(change.offer === undefined ? {} : { ...change.offer, lapsesAt: change.offer.terms.lapsesAt }),
  };
}
