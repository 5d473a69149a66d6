import { ContractError, jsonPointer } from '../errors.js';
import { isWellFormed } from './canonical-json.js';

/** As deep as canonical JSON may be. Deeper text costs a parser far more time than it costs the sender. */
const MAX_DEPTH = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Keeps a byte order mark, which is not JSON (RFC 8259 §8.1), and throws for bytes that are not UTF-8. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads JSON that someone else wrote, and accepts only text that all readers understand alike (I-JSON, RFC 7493): the
 * bytes are UTF-8, each object names a member once, no string has a lone surrogate, and values are nested at most 64 deep.
 * Members that could change a prototype are refused too, so that a later merge of the value is harmless.
 *
 * A lenient reader would store U+FFFD for bytes that the sender never wrote, and of two members keep the last, where
 * another reader keeps the first.
 *
 * @throws ContractError `invalid_json`; the message says which rule was broken and never repeats the value
 */
export function readStrictJson(bytes: Uint8Array): unknown {
  return readStrictJsonText(decodeStrictUtf8(bytes));
}

/** The same for text that has been decoded already, such as a field of a form. */
export function readStrictJsonText(text: string): unknown {
  let value: unknown;
  try {
    // Before it is parsed: a parser needs a fifth of a second for half a million opening brackets.
    const found = findAmbiguity(text, MAX_DEPTH);
    if (found !== undefined) refuse(TEXTS[found]);
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof ContractError) throw error;
    refuse('is not JSON. Send one JSON value in UTF-8, without a byte order mark');
  }
  if (SUSPECT.test(text)) requireHarmless(value, []);
  return value;
}

/** @throws ContractError `invalid_json` for bytes that are not UTF-8: 0xFF, overlong forms, surrogates (CESU-8) */
export function decodeStrictUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    return refuse('is not UTF-8. Send it in UTF-8, without overlong forms and surrogates');
  }
}

/**
 * Whether some object in the text, at any depth, has two members of one name. Parsers keep the first or the last of two, so
 * that two checkers could read two tokens in one. For text that `JSON.parse` accepts.
 */
export const hasDuplicateMember = (json: string): boolean =>
  findAmbiguity(json, Number.POSITIVE_INFINITY) !== undefined;

type Ambiguity = 'duplicate_member' | 'too_deep';

const TEXTS: Readonly<Record<Ambiguity, string>> = {
  duplicate_member: 'has an object that names a member twice. Name each member once',
  too_deep: `is nested deeper than ${MAX_DEPTH}`,
};

/**
 * One pass over the text. Names are compared after their escapes are resolved. For text that is not JSON the answer means
 * nothing, and a name with an invalid escape throws; the parser refuses such text.
 */
function findAmbiguity(json: string, maxDepth: number): Ambiguity | undefined {
  /** Names seen in each open object; undefined stands for an open list. */
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < json.length; at++) {
    const char = json.charCodeAt(at);
    if (char === OPEN_OBJECT || char === OPEN_LIST) {
      if (open.length >= maxDepth) return 'too_deep';
      open.push(char === OPEN_OBJECT ? new Set() : undefined);
    } else if (char === CLOSE_OBJECT || char === CLOSE_LIST) open.pop();
    else if (char === QUOTE) {
      const end = closingQuote(json, at);
      const names = open.at(-1);
      if (names !== undefined && isName(json, end)) {
        const name = nameBetween(json, at, end);
        if (names.has(name)) return 'duplicate_member';
        names.add(name);
      }
      at = end;
    }
  }
  return undefined;
}

function closingQuote(json: string, start: number): number {
  for (let at = json.indexOf('"', start + 1); at !== -1; at = json.indexOf('"', at + 1)) {
    let escapes = at;
    while (json.charCodeAt(escapes - 1) === BACKSLASH) escapes--;
    if ((at - escapes) % 2 === 0) return at;
  }
  return json.length;
}

/** In valid JSON a string is a member's name exactly when a colon follows. */
function isName(json: string, end: number): boolean {
  let at = end + 1;
  while (at < json.length && json.charCodeAt(at) <= 0x20) at++;
  return json.charCodeAt(at) === COLON;
}

function nameBetween(json: string, start: number, end: number): string {
  const raw = json.slice(start + 1, end);
  return raw.includes('\\') ? String(JSON.parse(json.slice(start, end + 1))) : raw;
}

/** Text without any of these has neither a lone surrogate nor a name that changes a prototype. */
const SUSPECT = /\\u|__proto__|constructor/;

/** The caller has bounded the depth. `path` is of the value, and as before once this returns. */
function requireHarmless(value: unknown, path: PropertyKey[]): void {
  if (typeof value === 'string') {
    if (!isWellFormed(value)) refuse('has text with a lone surrogate', path);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      path.push(name);
      if (!isWellFormed(name)) refuse('has a name with a lone surrogate', path.slice(0, -1));
      if (changesPrototype(name, member)) refuse('has a member that could change a prototype', path);
      requireHarmless(member, path);
      path.pop();
    }
  }
}

/** A merge that copies such a member into another object writes to the prototype of all objects. */
function changesPrototype(name: string, member: unknown): boolean {
  if (name === '__proto__') return true;
  return (
    name === 'constructor' &&
    typeof member === 'object' &&
    member !== null &&
    Object.hasOwn(member, 'prototype')
  );
}

function refuse(why: string, path: readonly PropertyKey[] = []): never {
  throw new ContractError('invalid_json', `The JSON ${why}.`, jsonPointer(path));
}
