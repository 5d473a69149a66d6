import {
  type DailyStatement,
  type NoticeKind,
  type RequestState,
  TENANT_ROLES,
  type TenantRole,
  type VendorRole,
} from '@countersign/contract';
import type { AccessRequest, ReminderKind } from '../../domain/access-request.js';
import type { AccessReview } from '../../domain/access-review.js';
import type { ApiKey } from '../../domain/api-key.js';
import { groupsInCharge, stagesOf } from '../../domain/approval-stages.js';
import type { Disclosure } from '../../domain/disclosure.js';
import type { Grant } from '../../domain/grant.js';
import type { Invitation } from '../../domain/invitation.js';
import type { NoticeAddress } from '../../domain/notice-address.js';
import type { TenantRecord } from '../../domain/organisation.js';
import type { Practice } from '../../domain/practice.js';
import type { EnrolledPasskey } from '../../domain/trust/passkey.js';
import type { TrustReset } from '../../domain/trust/trust-version.js';
import type { Widening } from '../../domain/widening.js';
import { BASES, isConsent } from '../../policy/bases.js';
import { tenantDay } from '../../policy/stage-in-charge.js';
import type { NoticeDraft } from '../../ports/index.js';

// An entry of an audience is one person's id, all people with a role on one side, or a tenant's approvers in a group. `except`
// takes a group's approvers out again, unless an entry names them by id.
const everyoneAtVendor = (role: VendorRole): string => `role:vendor:${role}`;
const everyoneAt = (tenant: string, role: TenantRole): string => `role:${tenant}:${role}`;

/** Those of the vendor whose reviews count on the request's basis. */
const reviewersOf = ({ terms }: AccessRequest): string => everyoneAtVendor(BASES[terms.basis].reviewer);
const everyoneOf = (tenant: string, group: string): string => `group:${tenant}:${group}`;
const exceptOf = (tenant: string, group: string): string => `except:${tenant}:${group}`;
const everyEngineer = everyoneAtVendor('engineer');
const everyApprover = (tenant: string): string => everyoneAt(tenant, 'approver');

/** What follows `Subject.` in a kind. */
type After<Subject extends string, Kind> = Kind extends `${Subject}.${infer What}` ? What : never;

/** Sent to those who may use the invitation and those who may withdraw it. */
export const invitationNotice = (
  { id, tenant }: Invitation,
  what: After<'invitation', NoticeKind>,
  at: string,
): NoticeDraft => ({
  kind: `invitation.${what}`,
  subject: id,
  audience: [everyEngineer, everyApprover(tenant)],
  at,
});

/** Sent to the tenant's own people, who decide about its trust, and to the vendor's security admins. */
export const trustNotice = (
  tenant: string,
  what: After<'trust', NoticeKind>,
  subject: string,
  at: string,
): NoticeDraft => ({
  kind: `trust.${what}`,
  subject,
  audience: [everyApprover(tenant), everyoneAt(tenant, 'admin'), everyoneAtVendor('security-admin')],
  at,
});

/** A quarterly access review begins, ends soon, or is over. Sent to the admins, who decide, and to the auditors. */
export const accessReviewNotice = (
  { id, tenant }: Pick<AccessReview, 'id' | 'tenant'>,
  what: After<'access-review', NoticeKind>,
  at: string,
): NoticeDraft => ({
  kind: `access-review.${what}`,
  subject: id,
  audience: [everyoneAt(tenant, 'admin'), ...(what === 'due' ? [] : [everyoneAt(tenant, 'auditor')])],
  at,
});

/**
 * A practice has begun, is not answered yet, or some approvers failed. The first two go to the approvers, the last to admins and
 * auditors.
 *
 * @param people for `opened` and `due`: the approvers who have not answered
 */
export const practiceNotice = (
  { id, tenant }: Pick<Practice, 'id' | 'tenant'>,
  what: After<'practice', NoticeKind>,
  people: readonly string[],
  at: string,
): NoticeDraft => ({
  kind: `practice.${what}`,
  subject: id,
  audience: what === 'failed' ? [everyoneAt(tenant, 'admin'), everyoneAt(tenant, 'auditor')] : [...people],
  at,
});

/** An address gets notices from now on, or no longer. Sent to the admins and auditors, so that no one can add an address unnoticed. */
export const noticeAddressNotice = (
  { id, tenant }: Pick<NoticeAddress, 'id' | 'tenant'>,
  what: After<'notice-address', NoticeKind>,
  at: string,
): NoticeDraft => ({
  kind: `notice-address.${what}`,
  subject: id,
  audience: [everyoneAt(tenant, 'admin'), everyoneAt(tenant, 'auditor')],
  at,
});

/** Sent to the tenant's admins and auditors: any admin may withdraw it. */
export const wideningNotice = (
  { id, tenant }: Widening,
  what: After<'widening', NoticeKind>,
  at: string,
): NoticeDraft => ({
  kind: `widening.${what}`,
  subject: id,
  audience: [everyoneAt(tenant, 'admin'), everyoneAt(tenant, 'auditor')],
  at,
});

/** Sent to programs; and by mail to the tenant's admins and auditors if it wants that. The subject is the day. */
export const statementNotice = (
  tenant: string,
  day: string,
  channel: DailyStatement,
  at: string,
): NoticeDraft => ({
  kind: 'log.statement',
  subject: day,
  audience: channel === 'mail' ? [everyoneAt(tenant, 'admin'), everyoneAt(tenant, 'auditor')] : [],
  at,
});

/** Sent to the person whose key it is, and to their side's admins: a key works as its person until it ends. */
export const apiKeyNotice = (key: ApiKey, by: 'host' | 'person', at: string): NoticeDraft => ({
  kind: by === 'host' ? 'account.host-key-created' : 'account.key-created',
  subject: key.id,
  audience: [
    key.person,
    key.tenant === null ? everyoneAtVendor('security-admin') : everyoneAt(key.tenant, 'admin'),
  ],
  at,
});

/**
 * Fewer notices reach this person now, they come in another browser, or their clocks have changed. They receive it by every way that is left, whatever they chose:
 * someone who acts as them cannot hide it.
 */
export const noticesChangedNotice = (person: string, at: string): NoticeDraft => ({
  kind: 'account.notices-changed',
  subject: person,
  audience: [person],
  at,
});

/**
 * An emergency is about to begin. To the customer's people alone: what reaches them lets it start. Its request's own notice
 * goes to the vendor's people.
 */
export const openingNotice = ({ id, tenant, terms }: AccessRequest, at: string): NoticeDraft => ({
  kind: terms.basis === 'legal' ? 'demand.opening' : 'emergency.opening',
  subject: id,
  audience: TENANT_ROLES.map((role) => everyoneAt(tenant, role)),
  at,
});

/** Sent to everyone whom an emergency concerns, on both sides. */
export const disclosureNotice = (
  { id, tenant, requester }: Disclosure,
  what: After<'disclosure', NoticeKind>,
  at: string,
): NoticeDraft => ({
  kind: `disclosure.${what}`,
  subject: id,
  audience: [
    requester,
    everyoneAtVendor('reviewer'),
    everyoneAtVendor('security-admin'),
    ...TENANT_ROLES.map((role) => everyoneAt(tenant, role)),
  ],
  at,
});

const RESETS = { open: 'reset', used: 'reset-used', cancelled: 'reset-cancelled' } as const;

/** A reset is sent to all of the tenant's people, auditors included. */
export function resetNotice({ id, tenant, state }: TrustReset, at: string): NoticeDraft {
  const notice = trustNotice(tenant, RESETS[state], id, at);
  return { ...notice, audience: [...notice.audience, everyoneAt(tenant, 'auditor')] };
}

/**
 * The log of a tenant (null: one of the vendor's) is not what it signed before and signs nothing more. Sent to the admins, who
 * may ask why, and to the vendor's security admins, who have to act.
 */
export const logStoppedNotice = (log: string, tenant: string | null, at: string): NoticeDraft => ({
  kind: 'log.stopped',
  subject: log,
  audience: [
    everyoneAtVendor('security-admin'),
    ...(tenant === null ? [] : [everyoneAt(tenant, 'admin'), everyoneAt(tenant, 'auditor')]),
  ],
  at,
});

/**
 * Witnesses of the tenant's log have not signed in time, so no one vouches that everyone sees the same log. Sent to the admins and
 * auditors, who chose the witnesses, and to the vendor's security admins, whose broker asks them.
 */
export const unwitnessedNotice = (tenant: string, at: string): NoticeDraft => ({
  ...logStoppedNotice(tenant, tenant, at),
  kind: 'log.unwitnessed',
});

/** A government's demand about the tenant's data: received, or further on. Sent to all of the tenant's people. */
export const demandNotice = (tenant: string, demand: string, at: string): NoticeDraft => ({
  kind: 'demand.changed',
  subject: demand,
  audience: [everyoneAt(tenant, 'admin'), everyApprover(tenant), everyoneAt(tenant, 'auditor')],
  at,
});

/** Sent to the owner of a passkey and to the admins, so that someone objects if the owner has not enrolled or removed it. */
export const passkeyNotice = (
  { id, tenant, person }: EnrolledPasskey,
  what: After<'passkey', NoticeKind>,
  at: string,
): NoticeDraft => ({
  kind: `passkey.${what}`,
  subject: id,
  audience: [person, everyoneAt(tenant, 'admin')],
  at,
});

const FAILED: ReadonlySet<RequestState> = new Set(['denied', 'cancelled', 'expired']);

/**
 * The approvers whom an open request waits for: those of its stage with their deputies of today, without those who asked not
 * to be notified. Everyone else may read it and deny it.
 */
function waitedFor(
  { tenant, stage, needs }: AccessRequest,
  owner: TenantRecord | null,
  at: string,
): string[] {
  const { deputies = [], unnotified = [] } = owner?.controls ?? {};
  const open = stage === null ? undefined : stagesOf(needs).find(({ name }) => name === stage.name);
  const day = owner === null ? '' : tenantDay(owner.controls, new Date(at));
  const groups =
    open === undefined
      ? null
      : groupsInCharge(open, { deputies, day, isOverdue: stage?.escalatedAt !== null });
  return [
    ...(groups?.map((group) => everyoneOf(tenant, group)) ?? [everyApprover(tenant)]),
    ...unnotified.map((group) => exceptOf(tenant, group)),
  ];
}

/**
 * Sent to the people whom the request's new state concerns.
 *
 * @param owner the request's tenant
 */
export function requestNotice(request: AccessRequest, at: string, owner: TenantRecord | null): NoticeDraft {
  const audience = [request.requester];
  // In an emergency the vendor's reviewers decide. The customer's people get the notices of the emergency itself.
  const isVendors = request.state === 'awaiting_vendor' || !isConsent(request.terms.basis);
  if (isVendors) audience.push(reviewersOf(request));
  if (!isVendors && request.state === 'awaiting_customer') audience.push(...waitedFor(request, owner, at));
  else if (!isVendors || FAILED.has(request.state)) audience.push(everyApprover(request.tenant));
  return { kind: `request.${request.state}`, subject: request.id, audience, at };
}

/** Sent to the one person whom a question, an answer or a forward is for. */
export const noteNotice = (
  { id }: AccessRequest,
  what: 'asked' | 'answered' | 'forwarded',
  to: string,
  at: string,
): NoticeDraft => ({ kind: `request.${what}`, subject: id, audience: [to], at });

/** The rules have changed, so that this open request can no longer be approved. Its requester asks again. */
export const outdatedNotice = ({ id, requester }: AccessRequest, at: string): NoticeDraft => ({
  kind: 'request.outdated',
  subject: id,
  audience: [requester],
  at,
});

/** Sent to the people whose decision the request waits for. `owner` is the request's tenant. */
export const reminderNotice = (
  request: AccessRequest,
  kind: ReminderKind | 'request.stage-overdue',
  at: string,
  owner: TenantRecord | null,
): NoticeDraft => ({
  kind,
  subject: request.id,
  audience: request.state === 'awaiting_vendor' ? [reviewersOf(request)] : waitedFor(request, owner, at),
  at,
});

/** Calls were allowed or refused; the grant says how many. */
export const grantUseNotice = (grant: Grant, what: 'used' | 'refused', at: string): NoticeDraft => ({
  ...grantNotice(grant, at),
  kind: `grant.${what}`,
});

/**
 * A rule of supervision was crossed, or a paused grant was resumed. Sent to those who may resume it, on both sides, and to the
 * engineer if the grant was paused, resumed or stopped.
 */
export const supervisionNotice = (
  { id, tenant, requester }: Grant,
  what: After<'supervision', NoticeKind>,
  at: string,
): NoticeDraft => ({
  kind: `supervision.${what}`,
  subject: id,
  audience: [
    ...(what === 'notified' ? [] : [requester]),
    everyApprover(tenant),
    everyoneAt(tenant, 'admin'),
    everyoneAtVendor('security-admin'),
  ],
  at,
});

/** The grant ends in a few minutes; its engineer may request more time now. */
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
