import { canonicalJson, type ForbidRule, type TrustDocument } from '@countersign/contract';
import type { PrivacyControls } from '../organisation/organisation.js';
import type { TenantRecord } from '../organisation/records.js';
import { keepsTheRest, narrowsControls } from './narrows-tenant.js';
import type { TrustVersion } from './trust-version.js';

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
  if (before.removedAt !== null || !keepsTheRest(before, after)) return null;
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
