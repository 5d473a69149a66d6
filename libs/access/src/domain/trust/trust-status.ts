import type { ForbidRule, ScopeEntry, TrustDocument } from '@countersign/contract';
import type { PrivacyControls } from '../organisation.js';

/** What the evaluator has to know of a tenant's own trust. */
export interface TrustStatus {
  /** In force; null while the tenant is unclaimed. */
  document: TrustDocument | null;
  /** Approvers who have a passkey that would count. */
  signers: number;
  /** A customer's signed stop of everything stands. */
  stopped: boolean;
}

export const UNCLAIMED: TrustStatus = { document: null, signers: 0, stopped: false };

type Rules = Pick<TrustStatus, 'document'>;
type Controls = Pick<PrivacyControls, 'approvals' | 'countersign' | 'forbid'>;

/** Once claimed every action that the document does not except; and always what the controls list (CONTRACT §3). */
export function mustBeCountersigned(action: string, { countersign }: Controls, { document }: Rules): boolean {
  return (
    countersign.includes(action) ||
    (document !== null && !document.countersign.exceptActions.includes(action))
  );
}

/** Of these actions, those that must be countersigned; sorted, each once. */
export function countersignedActions(
  scope: readonly ScopeEntry[],
  controls: Controls,
  trust: Rules,
): string[] {
  const actions = new Set(scope.flatMap((entry) => entry.actions));
  return [...actions].filter((action) => mustBeCountersigned(action, controls, trust)).sort();
}

/** The stricter of controls and document. */
export const requiredApprovals = ({ approvals }: Controls, { document }: Rules): number =>
  Math.max(approvals, document?.approvals ?? 0);

/** What either forbids. */
export const forbidRules = ({ forbid }: Controls, { document }: Rules): ForbidRule[] => [
  ...forbid,
  ...(document?.forbid ?? []),
];
