import type { AccessRequest, ReminderKind } from '../../domain/access-request.js';
import type { Grant } from '../../domain/grant.js';
import type { Invitation } from '../../domain/invitation.js';
import type { TrustReset } from '../../domain/trust/trust-version.js';
import type { NoticeDraft } from '../../ports/index.js';

/** An audience: one person by id, or everyone who holds a role on one side. */
export const everyReviewer = 'role:vendor:reviewer';
export const everyApprover = (tenant: string): string => `role:${tenant}:approver`;

const everyEngineer = 'role:vendor:engineer';

/** A door that opens or shuts: those who may go through it, and those whose door it is. */
export const invitationNotice = (
  { id, tenant }: Invitation,
  what: 'created' | 'withdrawn' | 'expired',
  at: string,
): NoticeDraft => ({
  kind: `invitation.${what}`,
  subject: id,
  audience: [everyEngineer, everyApprover(tenant)],
  at,
});

/** What a tenant trusts: its own people decide on it, and whoever watches over access at the vendor hears of it. */
export const trustNotice = (
  tenant: string,
  what:
    | ('proposed' | 'withdrawn' | 'adopted' | 'expiring' | 'stopped' | 'lifted' | 'pinned')
    | ('reset' | 'reset-used' | 'reset-cancelled'),
  subject: string,
  at: string,
): NoticeDraft => ({
  kind: `trust.${what}`,
  subject,
  audience: [everyApprover(tenant), `role:${tenant}:admin`, 'role:vendor:security-admin'],
  at,
});

const RESETS = { open: 'reset', used: 'reset-used', cancelled: 'reset-cancelled' } as const;

/** No one of a tenant is left out where its keys are said to be lost. */
export function resetNotice({ id, tenant, state }: TrustReset, at: string): NoticeDraft {
  const notice = trustNotice(tenant, RESETS[state], id, at);
  return { ...notice, audience: [...notice.audience, `role:${tenant}:auditor`] };
}

/** Whom a request's new state concerns. */
export function requestNotice(request: AccessRequest, at: string): NoticeDraft {
  const audience = [request.requester];
  if (request.state === 'awaiting_vendor') audience.push(everyReviewer);
  else audience.push(everyApprover(request.tenant));
  return { kind: `request.${request.state}`, subject: request.id, audience, at };
}

/** Whose decision it waits for; by now those who could decide and have not. */
export const reminderNotice = (request: AccessRequest, kind: ReminderKind, at: string): NoticeDraft => ({
  kind,
  subject: request.id,
  audience: [request.state === 'awaiting_vendor' ? everyReviewer : everyApprover(request.tenant)],
  at,
});

/** Calls went through it, or were refused; how many, the grant says. */
export const grantUseNotice = (grant: Grant, what: 'used' | 'refused', at: string): NoticeDraft => ({
  ...grantNotice(grant, at),
  kind: `grant.${what}`,
});

/** It ends in a few minutes: whoever needs longer asks now. */
export const endingNotice = (grant: Grant, at: string): NoticeDraft => ({
  ...grantNotice(grant, at),
  kind: 'grant.ending',
});

export function grantNotice(grant: Grant, at: string): NoticeDraft {
  return {
    kind: `grant.${grant.state}`,
    subject: grant.id,
    audience: [grant.requester, everyApprover(grant.tenant)],
    at,
  };
}
