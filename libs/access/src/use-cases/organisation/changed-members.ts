/** A member that differs between two versions, by its path, such as `controls.approvals`. Null: there is none. */
export interface MemberChange {
  path: string;
  before: string | null;
  after: string | null;
}

/** Every member that differs. A list of plain values is one member. */
export function changedMembers(before: unknown, after: unknown): MemberChange[] {
  const old = flatten(before);
  const current = flatten(after);
  return [...new Set([...old.keys(), ...current.keys()])]
    .filter((path) => old.get(path) !== current.get(path))
    .map((path) => ({ path, before: old.get(path) ?? null, after: current.get(path) ?? null }));
}

/** Every leaf as text, by its path. */
function flatten(value: unknown, path = ''): Map<string, string> {
  if (value === null || value === undefined) return new Map();
  const isLeaf =
    typeof value !== 'object' || (Array.isArray(value) && value.every((item) => typeof item !== 'object'));
  if (isLeaf) return new Map([[path, Array.isArray(value) ? `[${value.join(', ')}]` : String(value)]]);
  return new Map(
    Object.entries(value).flatMap(([name, member]) => [
      ...flatten(member, path === '' ? name : `${path}.${name}`),
    ]),
  );
}
