import type { Widening as StoredWidening, WideningView } from '@countersign/access';
import type { Widening } from '@countersign/api';
import { controlsMembers } from './controls-members.js';

/** A widening as the API writes it. */
export function wideningAnswer({ widening, ...view }: WideningView): Widening {
  const { id, tenant, person, state, by, confirmation, createdAt, endedAt } = widening;
  return {
    ...{ id, tenant, person, state, by },
    ...changeOf(widening),
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

function changeOf(widening: StoredWidening): Pick<Widening, 'before' | 'after'> {
  const { person, before, after } = widening;
  return person === null
    ? { before: controlsMembers(before), after: controlsMembers(after) }
    : { before: { ...before }, after: { ...after } };
}
