/** What JSON can hold. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
/** A JSON object. */
export interface JsonObject {
  [name: string]: Json;
}

/** Names of members and positions in lists, from the whole document down. */
export type Path = readonly (string | number)[];

/** Whether a value is a JSON object. */
export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The JSON Pointer (RFC 6901) of a path, as in the broker's errors. */
export const pointerOf = (path: Path): string =>
  path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** The value at a path; undefined if there is none. */
export function valueAt(value: Json | undefined, path: Path): Json | undefined {
  let found: Json | undefined = value;
  for (const step of path) {
    if (typeof step === 'number') found = Array.isArray(found) ? found[step] : undefined;
    else found = isObject(found) && Object.hasOwn(found, step) ? found[step] : undefined;
  }
  return found;
}

/**
 * The document with another value at one place; `undefined` removes the member. Missing objects on the path are added. Everything
 * else is unchanged, including members that the page does not know.
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

/** Whether two values are equal. The order of members does not matter. */
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

/** Members for which empty and absent mean the same. The broker omits them if they are empty. */
const OPTIONAL_LISTS = ['rules', 'deputies', 'unnotified', 'supervision', 'places'];
const OPTIONAL = ['emergency', 'zone', 'practice', 'widening'];

/** The document as the broker would answer it: without members that are empty. */
export function normalized(document: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(document).filter(([name, value]) => !isEmptyMember(name, value)));
}

function isEmptyMember(name: string, value: Json): boolean {
  if (OPTIONAL.includes(name) && value === null) return true;
  if (name === 'requireGateway' || name === 'keepMasked') return value === false;
  if (OPTIONAL_LISTS.includes(name)) return Array.isArray(value) && value.length === 0;
  if (!isObject(value)) return false;
  if (name === 'widening') return Object.keys(value).length === 0;
  const { allow, disclosureDue: _due, ...others } = value;
  const opensNothing = Array.isArray(allow) && allow.length === 0;
  return name === 'emergency' && opensNothing && Object.keys(others).length === 0;
}

/**
 * Applies one person's changes to another version. A member that `mine` has changed since `base` is taken from `mine`, every other
 * one from `theirs`.
 *
 * @returns `both`: the members that both have changed; the document has those of `mine`
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

/** The document that a text contains, or why it is not one. `line` counts from 1. */
export type JsonText =
  | { document: JsonObject }
  | { problem: 'no_json' | 'no_object' | 'version_given'; line?: number };

/** The document as indented JSON. */
export const writeText = (document: JsonObject): string => JSON.stringify(document, null, 2);

/** Parses what a person typed. It must not contain `version`: the page adds the version on which the change is based. */
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

/** The line that the browser's parser reports. The wording differs between browsers, and some report only the position. */
function lineOf(text: string, error: unknown): number | undefined {
  const message = error instanceof Error ? error.message : '';
  const line = /line (\d+)/.exec(message)?.[1];
  if (line !== undefined) return Number(line);
  const position = /position (\d+)/.exec(message)?.[1];
  return position === undefined ? undefined : text.slice(0, Number(position)).split('\n').length;
}
