import { canonicalJson, type ForbidRule, type TrustDocument } from '@countersign/contract';
import type { PrivacyControls, TenantRecord } from './organisation.js';
import type { Person } from './person.js';
import type { TrustVersion } from './trust/trust-version.js';

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
export const keepsOtherSettings = (before: TenantRecord, after: TenantRecord): boolean =>
  (['name', 'oidc', 'slack', 'webhooks'] as const).every(
    (member) => JSON.stringify(before[member]) === JSON.stringify(after[member]),
  );

/** What the host may do to a claimed tenant: take away, and nothing else. `before` null: it was not there. */
export const narrowsTenant = (before: TenantRecord | null, after: TenantRecord): boolean =>
  before !== null && keepsOtherSettings(before, after) && narrowsControls(before.controls, after.controls);

/** True where somebody was removed as their whole tenant was, and not by themselves. */
export const wasRemovedWithTenant = (person: Person, tenant: TenantRecord | null): boolean =>
  person.removedAt !== null && person.removedAt === tenant?.removedAt;

/** Likewise to one of its people: fewer roles under the same name. `tenant` as it stood before. */
export const narrowsPerson = (before: Person | null, after: Person, tenant: TenantRecord | null): boolean =>
  after.removedAt !== null ||
  (before !== null &&
    (before.removedAt === null || wasRemovedWithTenant(before, tenant)) &&
    before.name === after.name &&
    within(after.roles, before.roles));

/** A file's wish for a claimed tenant, taken apart. */
export interface SplitWidening {
  /** What the host may do at once: the stricter of both, member by member. */
  narrowed: PrivacyControls;
  /** The next trust document, which says in what its people sign all that the rest opens. */
  document: TrustDocument;
}

const text = (value: unknown): string => canonicalJson(value);
const without = <T>(all: readonly T[], some: readonly T[]): T[] => {
  const gone = new Set(some.map(text));
  return all.filter((each) => !gone.has(text(each)));
};
const both = <T>(one: readonly T[], other: readonly T[]): T[] => [...one, ...without(other, one)];

/**
 * Takes apart what a file asks of a claimed tenant's controls: what narrows, and what a trust document can say that its
 * people would sign: fewer approvals, less that is forbidden, actions that need no countersignature. Null where anything
 * widens that the document does not hold, since nobody would sign it: people, a longer time, Slack, names and providers,
 * and what the controls alone asked for.
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
