import type { ForbidRule, TrustDocument } from '@countersign/contract';
import { both, narrowsControls, within, without } from './controls-narrowing.js';
import type { TenantRecord } from './organisation.js';
import { addressOf, type Person } from './person.js';
import type { PrivacyControls } from './privacy-controls.js';
import type { TrustVersion } from './trust/trust-version.js';

/**
 * How a tenant's people sign in and are notified is theirs to change, like their controls. Security events and a claimed
 * tenant's SCIM client only take access away, so the host may begin to accept them, but not stop or redirect them.
 */
const keepsOtherSettings = (before: TenantRecord, after: TenantRecord): boolean =>
  (['name', 'oidc', 'slack', 'webhooks'] as const).every((member) => isSame(before[member], after[member])) &&
  (['signals', 'scim'] as const).every(
    (member) => before[member] === undefined || isSame(before[member], after[member]),
  );

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** True if the host may make this change to a claimed tenant: the host may only narrow. `before` is null for a new tenant. */
export const narrowsTenant = (before: TenantRecord | null, after: TenantRecord): boolean =>
  before !== null && keepsOtherSettings(before, after) && narrowsControls(before.controls, after.controls);

/** True if a person was removed because their whole tenant was. */
export const wasRemovedWithTenant = (person: Person, tenant: TenantRecord | null): boolean =>
  person.removedAt !== null && person.removedAt === tenant?.removedAt;

/** The same for one of its people: fewer roles under the same name and address. `tenant` is the tenant before the change. */
export const narrowsPerson = (before: Person | null, after: Person, tenant: TenantRecord | null): boolean =>
  after.removedAt !== null ||
  (before !== null &&
    (before.removedAt === null || wasRemovedWithTenant(before, tenant)) &&
    before.name === after.name &&
    addressOf(before) === addressOf(after) &&
    within(after.groups ?? [], before.groups ?? []) &&
    within(after.roles, before.roles));

/** The change that the organisation file requests of a claimed tenant, in two parts. */
export interface SplitWidening {
  /** The part that the host may apply at once: the stricter of old and new, member by member. */
  narrowed: PrivacyControls;
  /** The part that the tenant's people must sign: the next trust document. */
  document: TrustDocument;
}

/**
 * Splits a change of a claimed tenant's controls into what narrows and what widens. A trust document can express fewer
 * approvals, fewer forbidden scopes, and actions that need no countersignature.
 *
 * @returns null if the change widens anything that a trust document does not contain, so that no one could sign it:
 *   people, a longer duration, Slack, names, providers, or what only the controls required
 */
export function splitWidening(
  before: TenantRecord,
  after: TenantRecord,
  { document, hash }: Pick<TrustVersion, 'document' | 'hash'>,
): SplitWidening | null {
  if (before.removedAt !== null || !keepsOtherSettings(before, after)) return null;
  const [had, wants] = [before.controls, after.controls];
  const narrowed: PrivacyControls = {
    ...wants,
    approvals: Math.max(had.approvals, wants.approvals),
    countersign: both(wants.countersign, had.countersign).sort(),
    forbid: both(wants.forbid, had.forbid),
  };
  if (!narrowsControls(had, narrowed)) return null;
  const opened: ForbidRule[] = without(had.forbid, wants.forbid);
  const excepted = without(had.countersign, wants.countersign);
  const fewer = wants.approvals < had.approvals;
  const isSaid =
    (!fewer || wants.approvals < document.approvals) &&
    without(opened, document.forbid).length === 0 &&
    excepted.every((action) => !document.countersign.exceptActions.includes(action));
  if (!isSaid) return null;
  return {
    narrowed,
    document: {
      ...document,
      seq: document.seq + 1,
      prev: hash,
      approvals: fewer ? wants.approvals : document.approvals,
      countersign: { exceptActions: both(document.countersign.exceptActions, excepted).sort() },
      forbid: without(document.forbid, opened),
    },
  };
}
