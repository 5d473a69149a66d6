import { canonicalJson, type TrustDocument } from '@countersign/contract';
import type { Controls } from '../../api/organisation.js';

/** What the trust document requires beyond the privacy controls. There the trust document decides. */
export interface Overruled {
  /** The approvals that the trust document requires; null if the controls require as many or more. */
  approvals: number | null;
  /** Actions that need a passkey by the trust document and not by the controls. */
  signed: string[];
  /** Whether it forbids something that the controls do not. */
  forbids: boolean;
}

/** @param actions those of all services. @returns null if the trust document requires nothing beyond the controls */
export function findOverruled(
  { approvals, countersign, forbid }: Pick<TrustDocument, 'approvals' | 'countersign' | 'forbid'>,
  controls: Pick<Controls, 'approvals' | 'countersign' | 'forbid'>,
  actions: readonly string[],
): Overruled | null {
  const own = new Set(controls.forbid.map((rule) => canonicalJson(rule)));
  const found: Overruled = {
    approvals: approvals > controls.approvals ? approvals : null,
    signed: [...new Set(actions)]
      .filter((each) => !countersign.exceptActions.includes(each) && !controls.countersign.includes(each))
      .sort(),
    forbids: forbid.some((rule) => !own.has(canonicalJson(rule))),
  };
  return found.approvals === null && found.signed.length === 0 && !found.forbids ? null : found;
}
