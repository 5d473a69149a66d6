import {
  type Basis,
  type Budget,
  type Change,
  type Opening,
  type ScopeEntry,
  type StartsOn,
  type Terms,
  termsDigest,
  toInstant,
} from '@countersign/contract';
import { type InvitationView, latestApproval } from '../../domain/invitation.js';
import type { Person } from '../../domain/person.js';
import { requesterFactsOf } from '../../domain/person-facts.js';
import { isConsent } from '../../policy/bases.js';
import { termsFromInvitation } from '../../policy/invitation-match.js';
import type { RequestedAccess } from '../../policy/requested-access.js';
import type { Deps } from '../shared/deps.js';
import { commitText } from '../shared/secrets.js';
import { commitChange, type ShownChange } from './shown-change.js';

/** A new request, before it has an id or terms. */
export interface AccessRequestInput {
  tenant: string;
  service: string;
  scope: ScopeEntry[];
  seconds: number;
  /** Empty if none was given: that is refused by a rule, not as a malformed body. */
  justification: string;
  ticket: string | null;
  /** The kind of reason, such as `support-case`; absent: none stated. */
  reasonCode?: string | undefined;
  /** Not before this instant, whole seconds; absent: as soon as it is approved. */
  startsAt?: string;
  startsOn?: StartsOn;
  /** Required with `first-use`: the grant ends if it is unused by then. */
  useBy?: string;
  budget?: Budget;
  /** The one call that is requested. */
  change?: Change;
  /** What reviewers of the change are shown besides its hash. */
  shown?: ShownChange;
  /** Answers show the fields that routes mask. */
  unmasked?: true;
  /** Absent: an invitation if one matches, else approval. */
  basis?: Basis;
  /** The government demand (`dem_…`) that access on the basis `legal` answers. */
  demand?: string;
}

export interface TermsDraft {
  terms: Terms;
  digest: string;
  /** By member name. They are stored beside the terms and can be erased. */
  openings: Record<string, Opening>;
}

/** What the policy decides about, plus the fields that it ignores. */
type TermsInput = RequestedAccess & Pick<AccessRequestInput, 'justification' | 'change' | 'shown'>;

interface TermsFacts {
  requester: Person;
  routes: string;
  requestTtl: number;
  now: Date;
  /** The invitation that the request is based on; null if none. */
  invitation: InvitationView | null;
  extends?: string;
}

/**
 * Writes a request as terms v1 (docs/contract.md, Terms and digest). Personal texts become salted commitments. Terms based
 * on an invitation copy its commitment to the ticket, take its budget, and lapse early enough for the whole window.
 */
export function draftTerms(deps: Deps, input: TermsInput, facts: TermsFacts): TermsDraft {
  const { invitation } = facts;
  const taken = invitation === null ? {} : termsFromInvitation(invitation, input);
  const budget = taken.budget ?? input.budget;
  const justification = commitText(deps, 'justification', input.justification);
  const known = requesterFactsOf(facts.requester);
  const ticket = ticketOf(deps, input, taken.ticket, invitation);
  const changed = input.change === undefined ? undefined : commitChange(deps, input.change, input.shown);
  const terms: Terms = {
    v: 1,
    deployment: deps.store.deployment,
    request: deps.ids.next('req'),
    ...(facts.extends === undefined ? {} : { extends: facts.extends }),
    ...(invitation === null
      ? { basis: input.basis !== null && !isConsent(input.basis) ? input.basis : 'approval' }
      : { basis: 'invitation', invitation: invitation.invitation.hash }),
    tenant: input.tenant,
    service: input.service,
    routes: facts.routes,
    scope: input.scope,
    seconds: input.seconds,
    startsOn: input.startsOn,
    ...(input.startsAt === undefined ? {} : { startsAt: input.startsAt }),
    ...(input.useBy === undefined ? {} : { useBy: input.useBy }),
    lapsesAt: lapsesAt(input, facts),
    ...(budget === undefined ? {} : { budget }),
    ...(changed === undefined ? {} : { change: changed.change }),
    ...(input.unmasked && { unmasked: input.unmasked }),
    requester: facts.requester.id,
    ...(known === undefined ? {} : { requesterFacts: known }),
    justification: justification.commitment,
    ...(ticket === null ? {} : { ticket: ticket.commitment }),
  };
  return {
    terms,
    digest: termsDigest(deps.hashing, terms),
    openings: {
      justification: justification.opening,
      ...(ticket === null ? {} : { ticket: ticket.opening }),
      ...changed?.openings,
    },
  };
}

/** The commitment to the ticket; the invitation's own if it names the same ticket. */
function ticketOf(
  deps: Deps,
  { ticket }: TermsInput,
  commitment: string | undefined,
  invitation: InvitationView | null,
): { commitment: string; opening: Opening } | null {
  if (ticket === null) return null;
  const opening = invitation?.ticket ?? null;
  return commitment === undefined || opening === null
    ? commitText(deps, 'ticket', ticket)
    : { commitment, opening };
}

/**
 * The last moment for a decision: the request's lifetime, the deadline of its first use, the end of its window, or the last
 * approval that the invitation allows, whichever comes first.
 */
function lapsesAt(input: TermsInput, { now, requestTtl, invitation }: TermsFacts): string {
  const bounds = [now.getTime() + requestTtl * 1000];
  if (input.useBy !== undefined) bounds.push(Date.parse(input.useBy));
  if (input.startsAt !== undefined) bounds.push(Date.parse(input.startsAt) + input.seconds * 1000);
  else if (invitation !== null && input.startsOn !== 'first-use')
    bounds.push(latestApproval(invitation.invitation.statement, input.seconds, now).getTime());
  return toInstant(new Date(Math.min(...bounds)));
}
