import { isObject, type Json, type JsonObject, normalized, sameJson } from './document.js';
import { CONTROLS } from './fields.js';

/** One thing that a change adds, takes away or replaces. The values are those of the document. */
export type Step =
  | { kind: 'set'; before: Json | undefined; after: Json | undefined }
  | { kind: 'added'; after: Json }
  | { kind: 'removed'; before: Json }
  | { kind: 'changed'; before: Json; after: Json }
  | { kind: 'moved' };

/** A member that differs, and how. `name` can be a member inside another, such as `emergency.allow`. */
export interface Change {
  member: string;
  name: string;
  steps: Step[];
}

/** Objects whose differences are shown member by member. */
const NESTED = ['emergency', 'practice', 'widening'];

/** Everything that differs between two documents, in the order in which the page shows it. */
export function differences(before: JsonObject, after: JsonObject): Change[] {
  const [from, to] = [normalized(before), normalized(after)];
  const known = Object.keys(CONTROLS);
  const others = [...Object.keys(from), ...Object.keys(to)].filter((name) => !known.includes(name));
  return [...known, ...new Set(others)].flatMap((member) => {
    if (sameJson(from[member], to[member])) return [];
    if (!NESTED.includes(member)) return [changeOf(member, member, from[member], to[member])];
    const [one, other] = [objectOr(from[member]), objectOr(to[member])];
    return [...new Set([...Object.keys(one), ...Object.keys(other)])]
      .filter((name) => !sameJson(one[name], other[name]))
      .map((name) => changeOf(member, `${member}.${name}`, one[name], other[name]));
  });
}

const objectOr = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});

const changeOf = (
  member: string,
  name: string,
  before: Json | undefined,
  after: Json | undefined,
): Change => ({
  member,
  name,
  steps:
    isList(before) && isList(after) ? listSteps(before ?? [], after ?? []) : [{ kind: 'set', before, after }],
});

const isList = (value: Json | undefined): value is Json[] | undefined =>
  value === undefined || Array.isArray(value);

/**
 * Compares two lists. An entry that is in both has not changed, even if it has moved. Any other entry counts as changed if the
 * new list has one with the same name; entries without a name are matched by position.
 */
function listSteps(before: readonly Json[], after: readonly Json[]): Step[] {
  const isIn = (list: readonly Json[], entry: Json) => list.some((each) => sameJson(each, entry));
  const gone = before.filter((entry) => !isIn(after, entry));
  const fresh = after.filter((entry) => !isIn(before, entry));
  if (gone.length === 0 && fresh.length === 0) return [{ kind: 'moved' }];
  const steps: Step[] = [];
  for (const entry of gone) {
    const place = fresh.findIndex((each) =>
      isSuccessor(entry, each, before.indexOf(entry), after.indexOf(each)),
    );
    const [successor] = place < 0 ? [] : fresh.splice(place, 1);
    steps.push(
      successor === undefined
        ? { kind: 'removed', before: entry }
        : { kind: 'changed', before: entry, after: successor },
    );
  }
  return [...steps, ...fresh.map((entry): Step => ({ kind: 'added', after: entry }))];
}

function isSuccessor(before: Json, after: Json, from: number, to: number): boolean {
  if (!isObject(before) || !isObject(after)) return false;
  return typeof before['name'] === 'string' ? before['name'] === after['name'] : from === to;
}
