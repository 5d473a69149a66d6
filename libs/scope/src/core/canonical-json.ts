import { jsonPointer, ScopeError } from './errors.js';

/** Deeper values are refused: nothing that we hash comes near it, and a hostile one would exhaust the stack. */
const MAX_DEPTH = 64;
/** Without the `u` flag a look at one-byte text is over at once; nearly all text that we hash is such. */
const SURROGATE = /[\ud800-\udfff]/;
const LONE_SURROGATE = /\p{Surrogate}/u;
/** Text that JSON writes as it is, between quotes: nearly all of what is hashed, told by one look. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** True when the text has no lone surrogate, so that its UTF-8 form is exact. */
export function isWellFormed(text: string): boolean {
  return !SURROGATE.test(text) || !LONE_SURROGATE.test(text);
}

/**
 * Canonical JSON (RFC 8785) of a JSON value: the bytes that are hashed and signed everywhere.
 *
 * Strings and numbers are written as ECMAScript's `JSON.stringify` writes them, which is what the RFC rests on;
 * members are sorted by UTF-16 code unit. What libraries drop, change or let pass (undefined members, holes,
 * `toJSON`) throws `invalid_canonical_value`, as do lone surrogates, non-finite numbers, BigInts, functions, class
 * instances and values nested deeper than 64: what cannot be said exactly must not be signed.
 */
export function canonicalJson(value: unknown): string {
  // What is in order already, as most of what comes back to be checked, needs no sorting.
  return isOrderedJson(value, []) ? JSON.stringify(value) : sorted(value);
}

/** The text of a value that has been looked at: it is JSON, and nothing else. */
function sorted(value: unknown): string {
  if (typeof value === 'string' && PLAIN.test(value)) return `"${value}"`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(sorted).join(',')}]`;
  const members = value as Record<string, unknown>;
  const names = Object.keys(members).sort();
  return `{${names.map((name) => `${sorted(name)}:${sorted(members[name])}`).join(',')}}`;
}

/** Whether names ascend by code unit in every object, as RFC 8785 sorts them. Throws for what is no JSON value. */
function isOrderedJson(value: unknown, path: PropertyKey[]): boolean {
  if (path.length > MAX_DEPTH) refuse(`is nested deeper than ${MAX_DEPTH}`, path);
  if (Array.isArray(value)) return isOrderedArray(value, path);
  if (typeof value === 'object' && value !== null) return isOrderedObject(value, path);
  requireScalar(value, path);
  return true;
}

function requireScalar(value: unknown, path: readonly PropertyKey[]): void {
  if (value === null || typeof value === 'boolean') return;
  if (typeof value === 'string' && isWellFormed(value)) return;
  if (typeof value === 'number' && Number.isFinite(value)) return;
  refuse('is no JSON value: a lone surrogate, a number that is not finite, or another type', path);
}

function isOrderedArray(value: unknown[], path: PropertyKey[]): boolean {
  if (Object.keys(value).length !== value.length) refuse('has a hole or a named member', path);
  let ordered = true;
  for (const [index, item] of value.entries()) {
    path.push(index);
    ordered = isOrderedJson(item, path) && ordered;
    path.pop();
  }
  return ordered;
}

function isOrderedObject(value: object, path: PropertyKey[]): boolean {
  // A plain object's prototype is null or a root prototype; comparing with our own Object.prototype would refuse
  // objects of another realm (a worker's vm, a frame).
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) refuse('is not a plain object', path);
  if (Object.getOwnPropertySymbols(value).length > 0) refuse('has a symbol member', path);
  let ordered = true;
  let last = '';
  for (const [name, member] of Object.entries(value)) {
    if (!isWellFormed(name)) refuse('has a name with a lone surrogate', path);
    path.push(name);
    ordered = isOrderedJson(member, path) && ordered && last <= name;
    path.pop();
    last = name;
  }
  return ordered;
}

function refuse(why: string, path: readonly PropertyKey[]): never {
  throw new ScopeError('invalid_canonical_value', `what is to be hashed ${why}`, jsonPointer(path));
}
