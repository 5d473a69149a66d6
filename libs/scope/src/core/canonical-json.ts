import { jsonPointer, ScopeError } from './errors.js';

/** Deeper values are refused: nothing that we hash comes near it, and a hostile one would exhaust the stack. */
const MAX_DEPTH = 64;
const LONE_SURROGATE = /\p{Surrogate}/u;
/** Text that JSON writes as it is, between quotes: nearly all of what is hashed, told by one look. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** True when the text has no lone surrogate, so that its UTF-8 form is exact. */
export function isWellFormed(text: string): boolean {
  return !LONE_SURROGATE.test(text);
}

/**
 * Canonical JSON (RFC 8785) of a JSON value: the bytes that are hashed and signed everywhere.
 *
 * Strings and numbers are written as ECMAScript's `JSON.stringify` writes them, which is what the RFC rests on;
 * members are sorted by UTF-16 code unit. What libraries drop, change or let pass (undefined members, holes,
 * `toJSON`) throws `invalid_canonical_value`, as do lone surrogates, non-finite numbers, BigInts, functions, class
 * instances and values nested deeper than 64: what cannot be said exactly must not be signed. It is our own, in one
 * walk, because every leaf of every log and every record of a gateway goes through it.
 */
export function canonicalJson(value: unknown): string {
  return written(value, []);
}

function written(value: unknown, path: PropertyKey[]): string {
  if (path.length > MAX_DEPTH) refuse(`is nested deeper than ${MAX_DEPTH}`, path);
  if (typeof value === 'string' && PLAIN.test(value)) return `"${value}"`;
  if (typeof value === 'string' && isWellFormed(value)) return JSON.stringify(value);
  if (value === null || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)))
    return JSON.stringify(value);
  if (typeof value !== 'object')
    refuse('is no JSON value: a lone surrogate, a number that is not finite, or another type', path);
  return Array.isArray(value) ? writtenArray(value, path) : writtenObject(value, path);
}

function writtenArray(value: unknown[], path: PropertyKey[]): string {
  if (Object.keys(value).length !== value.length) refuse('has a hole or a named member', path);
  let text = '';
  for (const [index, item] of value.entries()) {
    path.push(index);
    text += `${index === 0 ? '' : ','}${written(item, path)}`;
    path.pop();
  }
  return `[${text}]`;
}

function writtenObject(value: object, path: PropertyKey[]): string {
  // A plain object's prototype is null or a root prototype; comparing with our own Object.prototype would refuse
  // objects of another realm (a worker's vm, a frame).
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) refuse('is not a plain object', path);
  if (Object.getOwnPropertySymbols(value).length > 0) refuse('has a symbol member', path);
  let text = '';
  for (const name of Object.keys(value).sort()) {
    const plain = PLAIN.test(name);
    if (!plain && !isWellFormed(name)) refuse('has a name with a lone surrogate', path);
    path.push(name);
    const member = written((value as Record<string, unknown>)[name], path);
    text += `${text === '' ? '' : ','}${plain ? `"${name}"` : JSON.stringify(name)}:${member}`;
    path.pop();
  }
  return `{${text}}`;
}

function refuse(why: string, path: readonly PropertyKey[]): never {
  throw new ScopeError('invalid_canonical_value', `what is to be hashed ${why}`, jsonPointer(path));
}
