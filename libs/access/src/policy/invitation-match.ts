import {
  type Budget,
  type InvitationStatement,
  type InvitedTerms,
  invitationMismatches,
  normaliseText,
  toInstant,
} from '@countersign/contract';
import type { Invitation, InvitationView } from '../domain/invitation.js';
import type { Refusal, RefusalCode } from '../errors.js';
import type { Stage } from './context.js';
import type { RequestedAccess } from './requested-access.js';

/** What an ask finds where it looks for an open door. */
export interface InvitationMatch {
  /** The invitation that it leans on; null where it leans on none. */
  invitation: InvitationView | null;
  /** Why none opens, where one was asked for. */
  refusals: Refusal[];
}

export const NO_INVITATION: InvitationMatch = { invitation: null, refusals: [] };

/** Invitations whose reasons are told, where none fits. */
const TOLD = 10;

/** How the refusal codes of the contract say what does not fit, and where in the body to look. */
const REFUSAL_BY_POINTER: Partial<Record<string, { code: RefusalCode; pointer: string }>> = {
  '/scope': { code: 'forbidden_scope', pointer: '/scope' },
  '/seconds': { code: 'duration_too_long', pointer: '/duration' },
  '/lapsesAt': { code: 'duration_too_long', pointer: '/duration' },
  '/startsAt': { code: 'outside_hours', pointer: '/startsAt' },
  '/ticket': { code: 'ticket_required', pointer: '/ticket' },
};

/**
 * The first of these invitations that covers the ask. Where it must lean on one and none does, every reason.
 *
 * @param candidates open ones of the tenant and service, in the order in which they are to be used
 */
export function findMatchingInvitation(
  ask: RequestedAccess,
  candidates: readonly InvitationView[],
  now: Date,
): InvitationMatch {
  if (ask.basis === 'approval') return NO_INVITATION;
  const judged = candidates.map((view) => ({
    view,
    refusals: invitationRefusals(view.invitation, invitedTerms(ask, view, now), { stage: 'ask', now }),
  }));
  const fitting = judged.find(({ refusals }) => refusals.length === 0);
  if (fitting !== undefined) return { invitation: fitting.view, refusals: [] };
  if (ask.basis === null) return NO_INVITATION;
  const reasons = judged.slice(0, TOLD).flatMap(({ refusals }) => refusals);
  return { invitation: null, refusals: reasons.length > 0 ? reasons : [closed('No invitation is open.')] };
}

/** Why the invitation does not open the door to these terms; empty where it does. */
export function invitationRefusals(
  invitation: Invitation,
  terms: InvitedTerms,
  { stage, now }: { stage: Stage; now: Date },
): Refusal[] {
  return [
    ...standing(invitation, terms, stage, now),
    ...invitationMismatches(terms, invitation.statement).map(({ pointer, detail }) => ({
      code: REFUSAL_BY_POINTER[pointer]?.code ?? 'not_eligible',
      pointer: REFUSAL_BY_POINTER[pointer]?.pointer ?? pointer,
      detail: `${invitation.id}: ${detail}.`,
    })),
  ];
}

/** Whether the invitation itself still stands; past its end it opens nothing, whether or not the job has said so. */
function standing(
  { id, state, statement }: Invitation,
  terms: InvitedTerms,
  stage: Stage,
  now: Date,
): Refusal[] {
  const { notBefore, notAfter } = statement;
  if (state === 'withdrawn') return [closed(`${id} has been withdrawn.`)];
  if (state === 'expired' || Date.parse(notAfter) <= now.getTime())
    return [closed(`${id} ended at ${notAfter}.`)];
  // What a used-up invitation has opened stays open.
  if (state === 'used_up' && (stage === 'ask' || stage === 'review')) return [closed(`${id} is used up.`)];
  const starts = stage === 'ask' || stage === 'review' ? terms.startsAt : undefined;
  return Date.parse(starts ?? toInstant(now)) < Date.parse(notBefore)
    ? [{ code: 'outside_hours', pointer: '/startsAt', detail: `${id} begins at ${notBefore}.` }]
    : [];
}

const closed = (detail: string): Refusal => ({ code: 'not_eligible', pointer: '/basis', detail });

/** What the ask takes over from the invitation that it leans on; the budget is the invitation’s where the ask has none. */
export function termsFromInvitation(
  { invitation: { statement }, ticket }: InvitationView,
  asked: { ticket: string | null; budget?: Budget },
): { budget?: Budget; ticket?: string } {
  const budget = { ...statement.budget, ...asked.budget };
  const same =
    asked.ticket !== null && ticket !== null && normaliseText(asked.ticket) === normaliseText(ticket.value);
  return {
    ...(Object.keys(budget).length === 0 ? {} : { budget }),
    ...(same && statement.ticket !== undefined ? { ticket: statement.ticket } : {}),
  };
}

/** The latest moment at which an approval still opens a window that lies before the invitation's end. */
export function latestApproval({ notAfter }: InvitationStatement, seconds: number): Date {
  return new Date(Date.parse(notAfter) - seconds * 1_000);
}

/** The terms that the ask would have, as far as the invitation speaks of them. */
function invitedTerms(ask: RequestedAccess, view: InvitationView, now: Date): InvitedTerms {
  const { tenant, service, scope, seconds, startsOn, startsAt, useBy } = ask;
  return {
    tenant,
    service,
    scope,
    seconds,
    startsOn,
    ...(startsAt === undefined ? {} : { startsAt }),
    ...(useBy === undefined ? {} : { useBy }),
    // Whoever approves may do so until `lastApproval`: it fits if that is not over yet.
    lapsesAt: toInstant(now),
    ...termsFromInvitation(view, ask),
  };
}
