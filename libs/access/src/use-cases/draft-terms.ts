import {
  type Budget,
  type Change,
  normaliseScope,
  type Opening,
  type ScopeEntry,
  type Terms,
  termsDigest,
  toInstant,
} from '@countersign/scope';
import { lastApproval, takenFrom } from '../invitation/door.js';
import type { InvitationView } from '../invitation/invitation.js';
import type { Person } from '../organisation/person.js';
import { committed } from './committed.js';
import type { Deps } from './deps.js';

/** What an engineer asks for, before it has an id or terms. */
export interface AskInput {
  tenant: string;
  service: string;
  scope: ScopeEntry[];
  seconds: number;
  /** Empty where none was given: a refusal, not a malformed body. */
  justification: string;
  ticket: string | null;
  /** Not before this instant, whole seconds; absent: as soon as it is approved. */
  startsAt?: string;
  startsOn?: 'approval' | 'first-use';
  /** Needed with `first-use`: unused by then, it is gone. */
  useBy?: string;
  budget?: Budget;
  /** The one call that is asked for. */
  change?: Change;
  /** Absent: on an invitation where one fits, else on approval. */
  basis?: 'approval' | 'invitation';
}

export interface TermsDraft {
  terms: Terms;
  digest: string;
  /** By member name; the values stand beside the terms and can be erased. */
  openings: Record<string, Opening>;
}

interface Fixed {
  requester: Person;
  routes: string;
  requestTtl: number;
  now: Date;
  /** What the ask leans on; null where on no invitation. */
  invitation: InvitationView | null;
  extends?: string;
}

/**
 * Fixes an ask as terms v1 (CONTRACT §2): personal texts become salted commitments, the rest is plain. What leans on
 * an invitation copies the commitment to its ticket, takes its budget, and lapses in time for the whole window.
 */
export function draftTerms(deps: Deps, input: AskInput, fixed: Fixed): TermsDraft {
  const { invitation } = fixed;
  const taken = invitation === null ? {} : takenFrom(invitation, input);
  const budget = taken.budget ?? input.budget;
  const justification = committed(deps, 'justification', input.justification);
  const ticket = ticketOf(deps, input, taken.ticket, invitation);
  const terms: Terms = {
    v: 1,
    deployment: deps.store.deployment,
    request: deps.ids.next('req'),
    ...(fixed.extends === undefined ? {} : { extends: fixed.extends }),
    ...(invitation === null
      ? { basis: 'approval' }
      : { basis: 'invitation', invitation: invitation.invitation.hash }),
    tenant: input.tenant,
    service: input.service,
    routes: fixed.routes,
    scope: normaliseScope(input.scope),
    seconds: input.seconds,
    startsOn: input.startsOn ?? 'approval',
    ...(input.startsAt === undefined ? {} : { startsAt: input.startsAt }),
    ...(input.useBy === undefined ? {} : { useBy: input.useBy }),
    lapsesAt: lapsesAt(input, fixed),
    ...(budget === undefined ? {} : { budget }),
    ...(input.change === undefined ? {} : { change: input.change }),
    requester: fixed.requester.id,
    justification: justification.commitment,
    ...(ticket === null ? {} : { ticket: ticket.commitment }),
  };
  return {
    terms,
    digest: termsDigest(deps.hashing, terms),
    openings: {
      justification: justification.opening,
      ...(ticket === null ? {} : { ticket: ticket.opening }),
    },
  };
}

/** The ticket as a commitment: the invitation's own where it is the same. */
function ticketOf(
  deps: Deps,
  { ticket }: AskInput,
  commitment: string | undefined,
  invitation: InvitationView | null,
): { commitment: string; opening: Opening } | null {
  if (ticket === null) return null;
  const opening = invitation?.ticket ?? null;
  return commitment === undefined || opening === null
    ? committed(deps, 'ticket', ticket)
    : { commitment, opening };
}

/**
 * Nobody may decide later than this: when the ask is old, when its use is over, when its window is over, when the
 * window would outlast the invitation.
 */
function lapsesAt(input: AskInput, { now, requestTtl, invitation }: Fixed): string {
  const bounds = [now.getTime() + requestTtl * 1000];
  if (input.useBy !== undefined) bounds.push(Date.parse(input.useBy));
  if (input.startsAt !== undefined) bounds.push(Date.parse(input.startsAt) + input.seconds * 1000);
  else if (invitation !== null && input.startsOn !== 'first-use')
    bounds.push(lastApproval(invitation.invitation.statement, input.seconds).getTime());
  return toInstant(new Date(Math.min(...bounds)));
}
