import type { OrganisationChange } from '@countersign/api';

/** One change of an applied file, as its leaf names it: members without their values. */
export type AppliedChange = Pick<OrganisationChange, 'action' | 'kind' | 'name'> & { members: string[] };

const ACTIONS = ['add', 'change', 'remove', 'propose', 'skip'];
const KINDS = ['vendor', 'coverage', 'person', 'service', 'tenant'];

/** @returns null if the value was erased or is not what a broker writes */
export function readChanges(text: string | undefined): AppliedChange[] | null {
  try {
    const changes = JSON.parse(text ?? 'null') as AppliedChange[];
    const isKnown = changes.every(
      ({ action, kind, name, members }) =>
        ACTIONS.includes(action) &&
        KINDS.includes(kind) &&
        [name, ...members].every((each) => typeof each === 'string'),
    );
    return isKnown ? changes : null;
  } catch {
    return null;
  }
}
