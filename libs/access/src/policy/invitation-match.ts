import {
  type Budget,
  type InvitedTerms,
  invitationMismatches,
  invitedSpan,
  normaliseText,
  presentMembers,
  type RequestRefusalCode,
  toInstant,
} from '@countersign/contract';
import type { Invitation, InvitationView } from '../domain/invitation.js';
import type { Refusal } from '../errors.js';
import type { RequestedAccess, Stage } from './requested-access.js';

/** The invitation that a request is based on, or why there is none. */
export interface InvitationMatch {
  /** Null: the request is based on no invitation. */
  invitation: InvitationView | null;
  /** Why no invitation matches, if the request insists on one. */
  refusals: Refusal[];
}

export const NO_INVITATION: InvitationMatch = { invitation: null, refusals: [] };

/** If none matches, the reasons of this many invitations are listed. */
const MAX_EXPLAINED = 10;

/** The refusal for each member of the terms that does not fit the invitation; `pointer` is into the request's body. */
const REFUSAL_BY_POINTER: Partial<Record<string, { code: RequestRefusalCode; pointer: string }>> = {
  '/scope': { code: 'forbidden_scope', pointer: '/scope' },
  '/seconds': { code: 'duration_too_long', pointer: '/duration' },
  '/lapsesAt': { code: 'duration_too_long', pointer: '/duration' },
  '/startsAt': { code: 'outside_hours', pointer: '/startsAt' },
  '/ticket': { code: 'ticket_required', pointer: '/ticket' },
  '/unmasked': { code: 'unmasked_not_allowed', pointer: '/unmasked' },
  '/requester': { code: 'not_eligible', pointer: '' },
};

/**
 * The first invitation that covers the request. If the request insists on an invitation and none covers it, the reasons.
 *
 * @param requester `usr_…`, who requests it
 * @param candidates open invitations of the tenant and service, in the order of preference
 */
export function findMatchingInvitation(
  access: RequestedAccess,
  requester: string,
  candidates: readonly InvitationView[],
  now: Date,
): InvitationMatch {
  if (access.basis !== null && access.basis !== 'invitation') return NO_INVITATION;
  const evaluated = candidates.map((view) => ({
    view,
    refusals: invitationRefusals(view.invitation, invitedTerms(access, requester, view, now), {
      ...{ stage: 'request', now },
    }),
  }));
  const matching = evaluated.find(({ refusals }) => refusals.length === 0);
  if (matching !== undefined) return { invitation: matching.view, refusals: [] };
  if (access.basis === null) return NO_INVITATION;
  const reasons = evaluated.slice(0, MAX_EXPLAINED).flatMap(({ refusals }) => refusals);
  return { invitation: null, refusals: reasons.length > 0 ? reasons : [closed('No invitation is open.')] };
}

/** Why the invitation does not cover these terms; empty if it does. */
export function invitationRefusals(
  invitation: Invitation,
  terms: InvitedTerms,
  { stage, now }: { stage: Stage; now: Date },
): Refusal[] {
  return [
    ...closedRefusals(invitation, terms, stage, now),
    ...invitationMismatches(terms, invitation.statement).map(({ pointer, detail }) => ({
      code: REFUSAL_BY_POINTER[pointer]?.code ?? 'not_eligible',
      pointer: REFUSAL_BY_POINTER[pointer]?.pointer ?? pointer,
      detail: `${invitation.id}: ${detail}.`,
    })),
  ];
}

/** Why the invitation itself is not open now. Past its end it is closed, whether or not the job has expired it. */
function closedRefusals(
  { id, state, statement }: Invitation,
  terms: InvitedTerms,
  stage: Stage,
  now: Date,
): Refusal[] {
  const { notAfter } = statement;
  if (state === 'withdrawn') return [closed(`${id} has been withdrawn.`)];
  if (state === 'expired' || Date.parse(notAfter) <= now.getTime())
    return [closed(`${id} ended at ${notAfter}.`)];
  // Grants that it led to before it was used up stay active.
  if (state === 'used_up' && (stage === 'request' || stage === 'review'))
    return [closed(`${id} is used up.`)];
  const starts = stage === 'request' || stage === 'review' ? terms.startsAt : undefined;
  // Null: the terms fit none of its weekly times, and the mismatches say so.
  const opens = invitedSpan(terms, statement)?.from ?? 0;
  return Date.parse(starts ?? toInstant(now)) < opens
    ? [
        {
          ...{ code: 'outside_hours', pointer: '/startsAt' },
          detail: `${id} begins at ${toInstant(new Date(opens))}.`,
        },
      ]
    : [];
}

const closed = (detail: string): Refusal => ({ code: 'not_eligible', pointer: '/basis', detail });

/** The members that a request's terms take from its invitation: the budget as a default, and the commitment to its ticket. */
export function termsFromInvitation(
  { invitation: { statement }, ticket }: InvitationView,
  requested: { ticket: string | null; budget?: Budget },
): { budget?: Budget; ticket?: string } {
  const budget = { ...statement.budget, ...requested.budget };
  const same =
    requested.ticket !== null &&
    ticket !== null &&
    normaliseText(requested.ticket) === normaliseText(ticket.value);
  return {
    ...(Object.keys(budget).length === 0 ? {} : { budget }),
    ...(same && statement.ticket !== undefined ? { ticket: statement.ticket } : {}),
  };
}

/** The part of the request's terms that an invitation limits. */
function invitedTerms(
  access: RequestedAccess,
  requester: string,
  view: InvitationView,
  now: Date,
): InvitedTerms {
  const { budget, ticket } = termsFromInvitation(view, access);
  return presentMembers<InvitedTerms>({
    tenant: access.tenant,
    service: access.service,
    scope: access.scope,
    seconds: access.seconds,
    requester,
    startsOn: access.startsOn,
    startsAt: access.startsAt,
    useBy: access.useBy,
    unmasked: access.unmasked,
    // The terms will lapse at `latestApproval`, so they fit if that has not passed yet.
    lapsesAt: toInstant(now),
    budget,
    ticket,
  });
}
