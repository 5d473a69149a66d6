/**
 * The values that a parameter of a path may have: `{id:uuid}`, `{id:int}`, `{id:[A-Z]{2}-[0-9]+}`.
 *
 * A pattern is a sequence of characters and classes, each with a count or without:
 *
 *     pattern    = 1*( ( class / character ) [ count ] )
 *     class      = "[" 1*( range / character-in-class ) "]"      ; [A-Z], [0-9a-f], [a-z._-]
 *     count      = "+" / "*" / "?" / "{" n "}" / "{" n "," m "}"
 *
 * It has no groups, alternatives, negations or references. Where a part may repeat a varying number of times, what follows must not begin
 * with one of its characters. So a reader from left to right never has to go back, and the time grows only with the length of the value.
 */
export type ParameterPattern = {
  /** @param value in the one spelling of a segment */
  matches(value: string): boolean;
};

/** The longest pattern, and the longest value that one can match. */
const MAX_LENGTH = 128;
const MAX_COUNT = 128;

const NAMED: ReadonlyMap<string, RegExp> = new Map([
  ['uuid', /^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$/],
  // Without leading zeros: a service reads 007 as 7, and a rule about 7 would not be about 007.
  ['int', /^(?:0|[1-9][0-9]{0,18})$/],
]);

const NAME = /^[A-Za-z]+$/;
const PART = /(?:\[([^\]]*)\]|([A-Za-z0-9_~@:=,-]))(?:([+*?])|\{([0-9]{1,3})(?:,([0-9]{1,3}))?\})?/y;
const IN_CLASS = /([0-9A-Za-z])-([0-9A-Za-z])|[A-Za-z0-9._~!$&'()*+,=:@-]/y;
const ALPHABETS = [/^[0-9]{2}$/, /^[A-Z]{2}$/, /^[a-z]{2}$/];

/** One character of the value or several: which ones, and how often. */
type Part = { text: string; characters: ReadonlySet<string>; min: number; max: number };

/** A pattern in the text of a route, or in words why it is none. */
export function readParameterPattern(text: string): ParameterPattern | { problem: string } {
  const named = NAMED.get(text);
  if (named !== undefined) return patternOf(named);
  if (NAME.test(text))
    return { problem: `${text} is no pattern: ${[...NAMED.keys()].join(', ')}, or one such as [0-9]+` };
  if (text.length > MAX_LENGTH) return { problem: `a pattern has at most ${MAX_LENGTH} characters` };
  const parts = readParts(text);
  if ('problem' in parts) return parts;
  const problem = findProblem(parts);
  if (problem !== undefined) return { problem };
  return patternOf(new RegExp(`^${parts.map(expressionOf).join('')}$`));
}

function patternOf(expression: RegExp): ParameterPattern {
  return {
    matches: (value) => {
      const text = value.includes('%') ? decodeURIComponent(value) : value;
      return text.length <= MAX_LENGTH && expression.test(text);
    },
  };
}

function readParts(text: string): Part[] | { problem: string } {
  const parts: Part[] = [];
  for (let at = 0; at < text.length; at = PART.lastIndex) {
    PART.lastIndex = at;
    const found = PART.exec(text);
    if (found === null)
      return {
        problem: `“${text.slice(at)}” is no part of a pattern: it has letters, digits, _ ~ @ : = , - and classes such as [A-Z], each with +, *, ?, {n} or {n,m} or without`,
      };
    const [whole, inClass, character = '', sign, least, most] = found;
    const characters = inClass === undefined ? new Set([character]) : readClass(inClass);
    if (characters === undefined)
      return {
        problem: `[${inClass}] is no class: it has ranges of digits, capitals or small letters such as 0-9, and . _ ~ ! $ & ' ( ) * + , = : @ -`,
      };
    parts.push({ text: whole, characters, ...countOf(sign, least, most) });
  }
  return parts;
}

function readClass(text: string): Set<string> | undefined {
  const characters = new Set<string>();
  for (let at = 0; at < text.length; at = IN_CLASS.lastIndex) {
    IN_CLASS.lastIndex = at;
    const found = IN_CLASS.exec(text);
    if (found === null) return undefined;
    const [character, first, last] = found;
    if (first === undefined || last === undefined) characters.add(character);
    else {
      if (first > last || !ALPHABETS.some((alphabet) => alphabet.test(first + last))) return undefined;
      for (let code = first.charCodeAt(0); code <= last.charCodeAt(0); code += 1)
        characters.add(String.fromCharCode(code));
    }
  }
  return characters.size === 0 ? undefined : characters;
}

function countOf(
  sign: string | undefined,
  least: string | undefined,
  most: string | undefined,
): Pick<Part, 'min' | 'max'> {
  if (sign === '+') return { min: 1, max: Number.POSITIVE_INFINITY };
  if (sign === '*') return { min: 0, max: Number.POSITIVE_INFINITY };
  if (sign === '?') return { min: 0, max: 1 };
  const min = Number(least ?? 1);
  return { min, max: Number(most ?? min) };
}

function findProblem(parts: readonly Part[]): string | undefined {
  for (const [index, { text, characters, min, max }] of parts.entries()) {
    if (max < min || max === 0 || (Number.isFinite(max) && max > MAX_COUNT))
      return `“${text}” has no count of 1 to ${MAX_COUNT}`;
    if (min === max) continue;
    const next = firstOf(parts.slice(index + 1));
    if ([...characters].some((character) => next.has(character)))
      return `“${text}” may repeat, and what follows may begin with the same character: no one could tell where it ends`;
  }
  return parts.every(({ characters, min, max }) => characters.size === 1 && min === max)
    ? 'it matches one value only: write that as a literal segment'
    : undefined;
}

/** The characters with which what these parts match may begin. */
function firstOf(parts: readonly Part[]): Set<string> {
  const first = new Set<string>();
  for (const { characters, min } of parts) {
    for (const character of characters) first.add(character);
    if (min > 0) break;
  }
  return first;
}

function expressionOf({ characters, min, max }: Part): string {
  const each = [...characters].map((character) => `\\x${character.charCodeAt(0).toString(16)}`).join('');
  return `[${each}]{${min},${Number.isFinite(max) ? max : ''}}`;
}
