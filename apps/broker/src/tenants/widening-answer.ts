import type { WideningView } from '@countersign/access';
import type { Widening } from '@countersign/api';
import { controlsMembers } from './controls-members.js';

/** A widening as the API writes it. */
export function wideningAnswer({ widening, ...view }: WideningView): Widening {
  const { id, tenant, state, by, before, after, confirmation, createdAt, endedAt } = widening;
  return {
    ...{ id, tenant, state, by },
    before: controlsMembers(before),
    after: controlsMembers(after),
    takesEffectAt: view.takesEffectAt,
    needsConfirmation: view.needsConfirmation,
    mustBeSigned: view.isSigned,
    confirmers: view.confirmers,
    lapsesAt: view.lapsesAt,
    confirmation: confirmation && {
      person: confirmation.person,
      at: confirmation.at,
      countersignature: confirmation.signature,
    },
    ...{ createdAt, endedAt },
  };
}
