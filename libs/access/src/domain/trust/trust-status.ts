import type { ForbidRule, ScopeEntry, TrustDocument } from '@countersign/contract';
import type { PrivacyControls } from '../privacy-controls.js';

/** What the policy rules need to know about a tenant's trust. */
export interface TrustStatus {
  /** The document in force; null while the tenant is unclaimed. */
  document: TrustDocument | null;
  /** How many approvers have a valid passkey. Zero if nothing in the scope needs a countersignature. */
  signers: number;
  /** True while a customer's signed stop of the whole tenant is in force. */
  stopped: boolean;
}

export const UNCLAIMED: TrustStatus = { document: null, signers: 0, stopped: false };

type Rules = Pick<TrustStatus, 'document'>;
type Controls = Pick<PrivacyControls, 'approvals' | 'countersign' | 'forbid'>;

/**
 * True for every action that the controls list and, in a claimed tenant, for every action that the trust document does not
 * except (docs/contract.md, Trust document).
 */
function mustBeCountersigned(action: string, { countersign }: Controls, { document }: Rules): boolean {
  return (
    countersign.includes(action) ||
    (document !== null && !document.countersign.exceptActions.includes(action))
  );
}

/**
 * The actions of the scope that must be countersigned; sorted, each once. In a claimed tenant these are all of them if hidden fields
 * are to be shown, whatever the trust document excepts.
 */
export function countersignedActions(
  { scope, unmasked }: { scope: readonly ScopeEntry[]; unmasked?: true | undefined },
  controls: Controls,
  trust: Rules,
): string[] {
  const actions = [...new Set(scope.flatMap((entry) => entry.actions))].sort();
  if (unmasked === true && trust.document !== null) return actions;
  return actions.filter((action) => mustBeCountersigned(action, controls, trust));
}

/** How many approvals the customer requires: the greater of controls and trust document. */
export const requiredApprovals = ({ approvals }: Controls, { document }: Rules): number =>
  Math.max(approvals, document?.approvals ?? 0);

/** What the controls or the trust document forbid. */
export const forbidRules = ({ forbid }: Controls, { document }: Rules): ForbidRule[] => [
  ...forbid,
  ...(document?.forbid ?? []),
];
