import { canonicalJson, type TrustDocument } from '@countersign/contract';
import type { Controls } from '../../api/organisation.js';

/** In what the trust document is stricter than the controls, so that it decides and not they. */
export interface Overruled {
  /** The number of approvals; null if the controls ask for as many. */
  approvals: number | null;
  /** Actions that take a passkey although the controls do not say so. */
  signed: string[];
  /** Whether it forbids something that the controls do not. */
  forbids: boolean;
}

/** @param actions those of all services. @returns null if the controls are nowhere less strict */
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
