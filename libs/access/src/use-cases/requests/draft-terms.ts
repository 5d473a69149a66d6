import {
  type Budget,
  type Change,
  type Opening,
  type ScopeEntry,
  type Terms,
  termsDigest,
  toInstant,
} from '@countersign/contract';
import type { InvitationView } from '../../domain/invitation.js';
import { latestApproval } from '../../domain/invitation.js';
import type { Person } from '../../domain/person.js';
import { termsFromInvitation } from '../../policy/invitation-match.js';
import type { RequestedAccess } from '../../policy/requested-access.js';
import { committed } from '../shared/committed.js';
import type { Deps } from '../shared/deps.js';

/** What an engineer asks for, before it has an id or terms. */
export interface AccessRequestInput {
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

/** The ask as it is judged, with what judging it does not look at. */
type JudgedAsk = RequestedAccess & Pick<AccessRequestInput, 'justification' | 'change'>;

interface Fixed {
  requester: Person;
  routes: string;
  requestTtl: number;
  now: Date;
  /** What the ask leans on; null if on no invitation. */
  invitation: InvitationView | null;
  extends?: string;
}

/**
 * Fixes an ask as terms v1 (CONTRACT §2): personal texts become salted commitments, the rest is plain. What leans on
 * an invitation copies the commitment to its ticket, takes its budget, and lapses in time for the whole window.
 */
export function draftTerms(deps: Deps, asked: JudgedAsk, fixed: Fixed): TermsDraft {
  const { invitation } = fixed;
  const taken = invitation === null ? {} : termsFromInvitation(invitation, asked);
  const budget = taken.budget ?? asked.budget;
  const justification = committed(deps, 'justification', asked.justification);
  const ticket = ticketOf(deps, asked, taken.ticket, invitation);
  const terms: Terms = {
    v: 1,
    deployment: deps.store.deployment,
    request: deps.ids.next('req'),
    ...(fixed.extends === undefined ? {} : { extends: fixed.extends }),
    ...(invitation === null
      ? { basis: 'approval' }
      : { basis: 'invitation', invitation: invitation.invitation.hash }),
    tenant: asked.tenant,
    service: asked.service,
    routes: fixed.routes,
    scope: asked.scope,
    seconds: asked.seconds,
    startsOn: asked.startsOn,
    ...(asked.startsAt === undefined ? {} : { startsAt: asked.startsAt }),
    ...(asked.useBy === undefined ? {} : { useBy: asked.useBy }),
    lapsesAt: lapsesAt(asked, fixed),
    ...(budget === undefined ? {} : { budget }),
    ...(asked.change === undefined ? {} : { change: asked.change }),
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
  { ticket }: JudgedAsk,
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
 * No one may decide later than this: when the ask is old, when its use is over, when its window is over, when the
 * window would outlast the invitation.
 */
function lapsesAt(asked: JudgedAsk, { now, requestTtl, invitation }: Fixed): string {
  const bounds = [now.getTime() + requestTtl * 1000];
  if (asked.useBy !== undefined) bounds.push(Date.parse(asked.useBy));
  if (asked.startsAt !== undefined) bounds.push(Date.parse(asked.startsAt) + asked.seconds * 1000);
  else if (invitation !== null && asked.startsOn !== 'first-use')
    bounds.push(latestApproval(invitation.invitation.statement, asked.seconds).getTime());
  return toInstant(new Date(Math.min(...bounds)));
}
