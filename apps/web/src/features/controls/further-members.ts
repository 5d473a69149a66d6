import type { PrivacyControlsBody } from '../../api/client.js';

/** The members of the controls that the form has fields for, or sets itself. */
const FIELDS = [
  'version',
  'approvals',
  'maxDuration',
  'countersign',
  'slackMayApprove',
  'forbid',
  'emergency',
  'widening',
] as const satisfies readonly (keyof PrivacyControlsBody)[];

/** The members of the controls that the form has no fields for. */
export type Further = Omit<PrivacyControlsBody, (typeof FIELDS)[number]>;

/** The members as text, as the organisation file's JSON Schema describes them; empty if there are none. */
export function writeFurther(members: Further): string {
  const isSet = (value: unknown) => value !== null && !(Array.isArray(value) && value.length === 0);
  const set = Object.entries(members).filter(([, value]) => isSet(value));
  return set.length === 0 ? '' : JSON.stringify(Object.fromEntries(set), null, 2);
}

/** `ownField`: the text sets a member that the form has fields for, and one of the two would be lost. */
export type FurtherProblem = 'no-object' | { ownField: string };

/** Reads the text back. The broker checks the members themselves. */
export function parseFurther(text: string): { members: Further } | { problem: FurtherProblem } {
  if (text.trim() === '') return { members: {} };
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return { problem: 'no-object' };
    const ownField = FIELDS.find((name) => Object.hasOwn(value, name));
    return ownField === undefined ? { members: value } : { problem: { ownField } };
  } catch {
    return { problem: 'no-object' };
  }
}
