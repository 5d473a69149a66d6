import type { WideningView } from '@countersign/access';
import type { Widening } from '@countersign/api';
import { controlsMembers } from './controls-members.js';

/** A widening as the API writes it. */
export function wideningAnswer({ widening, ...view }: WideningView): Widening {
  const { id, tenant, state, by, confirmation, createdAt, endedAt } = widening;
  const members = {
    ...{ id, tenant, state, by: by as Widening['by'] },
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
  const { person, before, after } = widening;
  return person === null
    ? { ...members, kind: 'controls', before: controlsMembers(before), after: controlsMembers(after) }
    : { ...members, kind: 'person', person, before, after };
}
