import { ContractError, jsonPointer } from './errors.js';

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
  // What is in order already, as most of what is checked and every record of a call, is the platform's to write.
  if (isWrittenAsIs(value, 0)) return JSON.stringify(value);
  const text = written(value, 0);
  if (text !== undefined) return text;
  // Rare and slow: looks again, for the place of what is wrong.
  requireJson(value, []);
  return refuse('could not be read twice alike', []);
}

/** Whether it is JSON, and the names of every object ascend. Makes nothing: it is asked of every record. */
function isWrittenAsIs(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH)
    return isScalar(value) && depth <= MAX_DEPTH;
  if (Array.isArray(value))
    return isPlainArray(value) && value.every((item) => isWrittenAsIs(item, depth + 1));
  if (!isPlainObject(value)) return false;
  let last = '';
  for (const name of Object.keys(value)) {
    if (name < last || !isWellFormed(name)) return false;
    if (!isWrittenAsIs((value as Record<string, unknown>)[name], depth + 1)) return false;
    last = name;
  }
  return true;
}

function isScalar(value: unknown): boolean {
  if (typeof value === 'string') return isWellFormed(value);
  return typeof value === 'number' ? Number.isFinite(value) : value === null || typeof value === 'boolean';
}

/** The canonical text, looked at and written in one pass; undefined where something in it is no JSON value. */
function written(value: unknown, depth: number): string | undefined {
  if (depth > MAX_DEPTH) return undefined;
  if (typeof value === 'string') return quoted(value);
  if (value === null) return 'null';
  if (typeof value === 'number') return Number.isFinite(value) ? JSON.stringify(value) : undefined;
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value !== 'object') return undefined;
  return Array.isArray(value) ? writtenArray(value, depth) : writtenObject(value, depth);
}

function quoted(text: string): string | undefined {
  if (PLAIN.test(text)) return `"${text}"`;
  return isWellFormed(text) ? JSON.stringify(text) : undefined;
}

function writtenArray(items: readonly unknown[], depth: number): string | undefined {
  if (!isPlainArray(items)) return undefined;
  let text = '[';
  for (const item of items) {
    const each = written(item, depth + 1);
    if (each === undefined) return undefined;
    text += text === '[' ? each : `,${each}`;
  }
  return `${text}]`;
}

function writtenObject(value: object, depth: number): string | undefined {
  if (!isPlainObject(value)) return undefined;
  let text = '{';
  for (const name of Object.keys(value).sort()) {
    const label = quoted(name);
    const member = written((value as Record<string, unknown>)[name], depth + 1);
    if (label === undefined || member === undefined) return undefined;
    text += text === '{' ? `${label}:${member}` : `,${label}:${member}`;
  }
  return `${text}}`;
}

/** Without holes and named members. */
const isPlainArray = (value: readonly unknown[]): boolean => Object.keys(value).length === value.length;

/** Without symbols, and of a class that nobody wrote. */
const isPlainObject = (value: object): boolean =>
  hasPlainPrototype(value) && Object.getOwnPropertySymbols(value).length === 0;

/**
 * A plain object's prototype is null or a root prototype; comparing with our own Object.prototype would refuse objects of
 * another realm (a worker's vm, a frame).
 */
function hasPlainPrototype(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Throws for what is no JSON value, with its place. */
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
