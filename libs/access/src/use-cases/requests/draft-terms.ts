import {
  type Basis,
  type EveryMember,
  type Opening,
  presentMembers,
  type StatedTerms,
  TERMS_TEXTS,
  type Terms,
  type TermsText,
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

type FurtherTexts = { [Name in Exclude<TermsText, 'justification' | 'ticket'>]?: string | null };

/** A new request, before it has an id or terms. Without `basis`: an invitation if one matches, else approval. */
export interface AccessRequestInput extends Omit<StatedTerms, TermsText>, FurtherTexts {
  /** Empty if none was given: that is refused by a rule, not as a malformed body. */
  justification: string;
  ticket: string | null;
  /** The kind of reason, such as `support-case`; absent: none stated. */
  reasonCode?: string | undefined;
  /** What reviewers of the change are shown besides its hash. */
  shown?: ShownChange;
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
type TermsInput = RequestedAccess & Omit<AccessRequestInput, keyof RequestedAccess>;

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
  const texts = commitTexts(deps, input, sharedTicket(taken.ticket, invitation));
  const changed = input.change === undefined ? undefined : commitChange(deps, input.change, input.shown);
  const terms = presentMembers<Terms>({
    v: 1,
    deployment: deps.store.deployment,
    request: deps.ids.next('req'),
    parent: undefined,
    extends: facts.extends,
    basis: invitation === null ? statedBasis(input) : 'invitation',
    invitation: invitation?.invitation.hash,
    tenant: input.tenant,
    service: input.service,
    routes: facts.routes,
    scope: input.scope,
    seconds: input.seconds,
    startsOn: input.startsOn,
    startsAt: input.startsAt,
    useBy: input.useBy,
    lapsesAt: lapsesAt(input, facts),
    budget: taken.budget ?? input.budget,
    change: changed?.change,
    unmasked: input.unmasked,
    requester: facts.requester.id,
    requesterFacts: requesterFactsOf(facts.requester),
    ...texts.commitments,
  });
  return {
    terms,
    digest: termsDigest(deps.hashing, terms),
    openings: { ...texts.openings, ...changed?.openings },
  };
}

const statedBasis = ({ basis }: TermsInput): Basis =>
  basis === null || isConsent(basis) ? 'approval' : basis;

type CommittedText = { commitment: string; opening: Opening };

/** Commits to every text that is there. @param ticket replaces the commitment to the ticket */
function commitTexts(deps: Deps, input: TermsInput, ticket: CommittedText | null) {
  const commitments: { [Name in TermsText]?: string } = {};
  const openings: TermsDraft['openings'] = {};
  for (const name of TERMS_TEXTS) {
    const text = input[name] ?? null;
    if (text === null) continue;
    const committed = name === 'ticket' && ticket !== null ? ticket : commitText(deps, name, text);
    commitments[name] = committed.commitment;
    openings[name] = committed.opening;
  }
  return { commitments: commitments as EveryMember<Pick<Terms, TermsText>>, openings };
}

/** The invitation's own commitment to its ticket, if the request names the same; null if it does not. */
function sharedTicket(
  commitment: string | undefined,
  invitation: InvitationView | null,
): CommittedText | null {
  const opening = invitation?.ticket ?? null;
  return commitment === undefined || opening === null ? null : { commitment, opening };
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
