import { ContractError, jsonPointer } from '../errors.js';

/** Deeper values are refused: a hostile one would exhaust the stack, and no value that we hash comes near it. */
const MAX_DEPTH = 64;
/** Without the `u` flag the engine skips one-byte text at once, and nearly all text that we hash is such. */
const SURROGATE = /[\ud800-\udfff]/;
const LONE_SURROGATE = /\p{Surrogate}/u;
/** Text that JSON writes between quotes without any escape. One match tells it for nearly all text that we hash. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** Whether the text has no lone surrogate, so that it has exact UTF-8 bytes. */
export function isWellFormed(text: string): boolean {
  return !SURROGATE.test(text) || !LONE_SURROGATE.test(text);
}

/**
 * Canonical JSON (RFC 8785) of a JSON value: the bytes that everything hashes and signs.
 *
 *     {"a":[1,"x"],"b":null}
 *
 * No white space. Members are sorted by UTF-16 code unit. Strings and numbers are written as ECMAScript's
 * `JSON.stringify` writes them, on which the RFC is built. docs/contract.md, Canonical JSON.
 *
 * Throws `invalid_canonical_value` for a value that has no exact JSON: undefined members, holes and `toJSON` (which
 * other libraries drop or change), lone surrogates, numbers that are not finite, BigInts, functions, class instances, and
 * nesting deeper than 64.
 */
export function canonicalJson(value: unknown): string {
  // Fast path: most values, and every record of a call, have their members in order already. `JSON.stringify` escapes a
  // surrogate only if it is alone, so one search of the whole text finds them; it is quicker than one of each string.
  if (isSortedJson(value, 0)) {
    const text = JSON.stringify(value);
    if (!text.includes('\\ud')) return text;
  }
  const text = write(value, 0);
  if (text !== undefined) return text;
  // Rare and slow: walks the value again to find the place that is wrong.
  requireJson(value, []);
  return refuse('changed while it was read', []);
}

/** Whether the value is JSON, apart from lone surrogates, and its names ascend. It allocates little: every record passes here. */
function isSortedJson(value: unknown, depth: number): boolean {
  if (depth > MAX_DEPTH) return false;
  if (typeof value === 'string') return true;
  if (typeof value !== 'object' || value === null) return isScalar(value);
  if (Array.isArray(value))
    return isPlainArray(value) && value.every((item) => isSortedJson(item, depth + 1));
  if (!isPlainObject(value)) return false;
  let last = '';
  for (const name of Object.keys(value)) {
    if (name < last) return false;
    if (!isSortedJson((value as Record<string, unknown>)[name], depth + 1)) return false;
    last = name;
  }
  return true;
}

function isScalar(value: unknown): boolean {
  if (typeof value === 'string') return isWellFormed(value);
  return typeof value === 'number' ? Number.isFinite(value) : value === null || typeof value === 'boolean';
}

/** The canonical text, checked and written in one pass. Undefined if some part is not a JSON value. */
function write(value: unknown, depth: number): string | undefined {
  if (depth > MAX_DEPTH) return undefined;
  if (typeof value === 'string') return quote(value);
  if (value === null) return 'null';
  if (typeof value === 'number') return Number.isFinite(value) ? JSON.stringify(value) : undefined;
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value !== 'object') return undefined;
  return Array.isArray(value) ? writeArray(value, depth) : writeObject(value, depth);
}

function quote(text: string): string | undefined {
  if (PLAIN.test(text)) return `"${text}"`;
  return isWellFormed(text) ? JSON.stringify(text) : undefined;
}

function writeArray(items: readonly unknown[], depth: number): string | undefined {
  if (!isPlainArray(items)) return undefined;
  let text = '[';
  for (const item of items) {
    const each = write(item, depth + 1);
    if (each === undefined) return undefined;
    text += text === '[' ? each : `,${each}`;
  }
  return `${text}]`;
}

function writeObject(value: object, depth: number): string | undefined {
  if (!isPlainObject(value)) return undefined;
  let text = '{';
  for (const name of Object.keys(value).sort()) {
    const label = quote(name);
    const member = write((value as Record<string, unknown>)[name], depth + 1);
    if (label === undefined || member === undefined) return undefined;
    text += text === '{' ? `${label}:${member}` : `,${label}:${member}`;
  }
  return `${text}}`;
}

/** An array without holes and without named members. */
const isPlainArray = (value: readonly unknown[]): boolean => Object.keys(value).length === value.length;

/** An object that is no class's instance and has no symbol members. */
const isPlainObject = (value: object): boolean =>
  hasPlainPrototype(value) && Object.getOwnPropertySymbols(value).length === 0;

/**
 * The prototype is null or a root prototype. Comparing with our own `Object.prototype` would refuse objects of another
 * realm, such as a worker's or a frame's.
 */
function hasPlainPrototype(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Throws for the first part that is not a JSON value, with its place. */
function requireJson(value: unknown, path: PropertyKey[]): void {
  if (path.length > MAX_DEPTH) refuse(`is nested deeper than ${MAX_DEPTH}`, path);
  if (typeof value !== 'object' || value === null) requireScalar(value, path);
  else if (Array.isArray(value)) requireArray(value, path);
  else requireObject(value, path);
}

function requireScalar(value: unknown, path: readonly PropertyKey[]): void {
  if (!isScalar(value))
    refuse('is no JSON value: a lone surrogate, a number that is not finite, or another type', path);
}

function requireArray(value: unknown[], path: PropertyKey[]): void {
  if (!isPlainArray(value)) refuse('has a hole or a named member', path);
  for (const [index, item] of value.entries()) requireJson(item, [...path, index]);
}

function requireObject(value: object, path: PropertyKey[]): void {
  if (!hasPlainPrototype(value)) refuse('is not a plain object', path);
  if (Object.getOwnPropertySymbols(value).length > 0) refuse('has a symbol member', path);
  for (const [name, member] of Object.entries(value)) {
    if (!isWellFormed(name)) refuse('has a name with a lone surrogate', path);
    requireJson(member, [...path, name]);
  }
}

function refuse(why: string, path: readonly PropertyKey[]): never {
  throw new ContractError('invalid_canonical_value', `what is to be hashed ${why}`, jsonPointer(path));
}
