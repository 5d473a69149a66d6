import { canonicalJson } from '@countersign/contract';

/** The controls of a widening as the log has them: the statement names the hashes of their canonical JSON. */
export interface ControlsOfWidening {
  before: Readonly<Record<string, unknown>>;
  after: Readonly<Record<string, unknown>>;
}

/** Each member that differs, in canonical JSON; `–` for a member that is not there. */
export function controlsDifference({
  before,
  after,
}: ControlsOfWidening): { member: string; before: string; after: string }[] {
  const text = (controls: Readonly<Record<string, unknown>>, name: string) =>
    controls[name] === undefined || controls[name] === null ? '–' : canonicalJson(controls[name]);
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .sort()
    .map((member) => ({ member, before: text(before, member), after: text(after, member) }))
    .filter((each) => each.before !== each.after);
}
