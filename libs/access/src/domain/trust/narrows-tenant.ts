import { canonicalJson } from '@countersign/contract';
import type { PrivacyControls } from '../organisation/organisation.js';
import type { Person } from '../organisation/person.js';
import type { TenantRecord } from '../organisation/records.js';

const within = <T>(some: readonly T[], all: readonly T[]): boolean => {
  const known = new Set(all.map((each) => canonicalJson(each)));
  return some.every((each) => known.has(canonicalJson(each)));
};

/** True where these controls allow nothing that those before did not. */
export function narrowsControls(before: PrivacyControls, after: PrivacyControls): boolean {
  const longest = ({ maxDuration }: PrivacyControls) => maxDuration ?? Number.POSITIVE_INFINITY;
  return (
    after.approvals >= before.approvals &&
    longest(after) <= longest(before) &&
    within(before.countersign, after.countersign) &&
    within(after.slackMayApprove, before.slackMayApprove) &&
    within(before.forbid, after.forbid)
  );
}

/** How its people sign in, and where they are told, is as much theirs as their controls are. */
export const keepsTheRest = (before: TenantRecord, after: TenantRecord): boolean =>
  (['name', 'oidc', 'slack', 'webhooks'] as const).every(
    (member) => JSON.stringify(before[member]) === JSON.stringify(after[member]),
  );

/** What the host may do to a claimed tenant: take away, and nothing else. `before` null: it was not there. */
export const narrowsTenant = (before: TenantRecord | null, after: TenantRecord): boolean =>
  before !== null && keepsTheRest(before, after) && narrowsControls(before.controls, after.controls);

/** True where somebody was removed as their whole tenant was, and not by themselves. */
export const wentWithTenant = (person: Person, tenant: TenantRecord | null): boolean =>
  person.removedAt !== null && person.removedAt === tenant?.removedAt;

/** Likewise to one of its people: fewer roles under the same name. `tenant` as it stood before. */
export const narrowsPerson = (before: Person | null, after: Person, tenant: TenantRecord | null): boolean =>
  after.removedAt !== null ||
  (before !== null &&
    (before.removedAt === null || wentWithTenant(before, tenant)) &&
    before.name === after.name &&
    within(after.roles, before.roles));
