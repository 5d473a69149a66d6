/** What JSON can hold. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [name: string]: Json;
}

/** Names of members and positions in lists, from the whole document down. */
export type Path = readonly (string | number)[];

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** RFC 6901, as the broker names places. */
export const pointerOf = (path: Path): string =>
  path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

export function valueAt(value: Json | undefined, path: Path): Json | undefined {
  let found: Json | undefined = value;
  for (const step of path) {
    if (typeof step === 'number') found = Array.isArray(found) ? found[step] : undefined;
    else found = isObject(found) && Object.hasOwn(found, step) ? found[step] : undefined;
  }
  return found;
}

/**
 * The document with another value at one place; `undefined` removes the member. Objects on the way that are missing are added.
 * All else stays as it is, members that the page does not know too.
 */
export function withValue(document: JsonObject, path: Path, value: Json | undefined): JsonObject {
  return replaced(document, path, value) as JsonObject;
}

function replaced(inside: Json | undefined, path: Path, value: Json | undefined): Json | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (typeof step === 'number') {
    const list = Array.isArray(inside) ? [...inside] : [];
    const next = replaced(list[step], rest, value);
    list.splice(step, 1, ...(next === undefined ? [] : [next]));
    return list;
  }
  const object = isObject(inside) ? inside : {};
  const next = replaced(object[step], rest, value);
  if (next !== undefined) return { ...object, [step]: next };
  const { [step]: _removed, ...others } = object;
  return others;
}

/** Whether two values say the same, whatever the order of their members. */
export function sameJson(one: Json | undefined, other: Json | undefined): boolean {
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((each, index) => sameJson(each, other[index]));
  if (!isObject(one) || !isObject(other)) return one === other;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && sameJson(one[name], other[name]))
  );
}

/** Members that mean the same if they are empty and if they are absent. The broker leaves them out. */
const OPTIONAL_LISTS = ['rules', 'deputies', 'unnotified', 'supervision', 'places'];
const OPTIONAL = ['emergency', 'zone', 'practice', 'widening'];

/** The document as the broker would answer it: without members that are empty. */
export function normalized(document: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(document).filter(([name, value]) => !isEmptyMember(name, value)));
}

function isEmptyMember(name: string, value: Json): boolean {
  if (OPTIONAL.includes(name) && value === null) return true;
  if (OPTIONAL_LISTS.includes(name)) return Array.isArray(value) && value.length === 0;
  if (!isObject(value)) return false;
  if (name === 'widening') return Object.keys(value).length === 0;
  const { allow, disclosureDue: _due, ...others } = value;
  const opensNothing = Array.isArray(allow) && allow.length === 0;
  return name === 'emergency' && opensNothing && Object.keys(others).length === 0;
}

/**
 * One person's changes on top of another version: a member that `mine` has changed since `base` is mine, every other one is
 * theirs.
 *
 * @returns `both`: the members that both have changed, where mine replaces theirs
 */
export function rebased(
  base: JsonObject,
  mine: JsonObject,
  theirs: JsonObject,
): { document: JsonObject; both: string[] } {
  const [from, own, other] = [normalized(base), normalized(mine), normalized(theirs)];
  let document = other;
  const both: string[] = [];
  for (const name of new Set([...Object.keys(from), ...Object.keys(own)])) {
    if (sameJson(from[name], own[name])) continue;
    if (!sameJson(from[name], other[name]) && !sameJson(own[name], other[name])) both.push(name);
    document = withValue(document, [name], own[name]);
  }
  return { document, both };
}

export type JsonText =
  | { document: JsonObject }
  | { problem: 'no_json' | 'no_object' | 'version_given'; line?: number };

export const writeText = (document: JsonObject): string => JSON.stringify(document, null, 2);

/** Reads what a person typed. `version` is the page's own: it says which version the change is based on. */
export function readText(text: string): JsonText {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch (error) {
    const line = lineOf(text, error);
    return { problem: 'no_json', ...(line === undefined ? {} : { line }) };
  }
  if (!isObject(value)) return { problem: 'no_object' };
  return Object.hasOwn(value, 'version') ? { problem: 'version_given' } : { document: value };
}

/** The line that the browser's parser names. Browsers word it differently, and some name only the position. */
function lineOf(text: string, error: unknown): number | undefined {
  const message = error instanceof Error ? error.message : '';
  const line = /line (\d+)/.exec(message)?.[1];
  if (line !== undefined) return Number(line);
  const position = /position (\d+)/.exec(message)?.[1];
  return position === undefined ? undefined : text.slice(0, Number(position)).split('\n').length;
}
