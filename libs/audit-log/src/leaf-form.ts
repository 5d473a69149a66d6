import { EVENT_FORMS, type EventOf, type EventType } from '@countersign/contract';
import type { LeafV1 } from './leaf.js';
import { LogFault } from './log-fault.js';

/** What the data of a leaf, or a part of it, has to be. */
export type Form =
  | { kind: 'text' | 'integer' | 'flag' | 'object' }
  | { kind: 'one'; values: readonly string[] }
  | { kind: 'members'; members: Members }
  | { kind: 'list' | 'named' | 'nullable'; inner: Form };

type Members = ReadonlyMap<string, { form: Form; isOptional: boolean }>;

/** A leaf of one type: its data, and the names of what it may commit to. */
export type LeafForm = { data: Form; commits: readonly string[] };

/**
 * How a leaf differs from what its type declares, and where (`data.lane.of`). `unknown`: it says more than this verifier knows, as a
 * later release may. `broken`: it lacks a member, or has one of another kind, which no release writes (docs/decisions/0076).
 */
export type Difference = { kind: 'unknown' | 'broken'; at: string };

/** A leaf that is as its type declares: `type` says what its data is. */
export type EventLeaf<T extends EventType = EventType> = Omit<LeafV1, 'type' | 'data'> & EventOf<T>;

/** Reads what a leaf says. @returns undefined if the leaf is not as its type declares */
export const eventOf = (leaf: LeafV1): EventLeaf | undefined =>
  differenceOf(leaf) === undefined ? (leaf as unknown as EventLeaf) : undefined;

/**
 * What a leaf says, unchecked: for one that the store wrote, or that was checked before. A type that is none of those that are listed
 * falls through each switch.
 */
export const saidIn = (leaf: LeafV1): EventLeaf => leaf as unknown as EventLeaf;

/**
 * What a leaf says, for readers that go on with what they know of a newer release's leaf.
 *
 * @throws LogFault `unreadable_leaf`
 */
export function readableIn(leaf: LeafV1): EventLeaf {
  requireReadable(leaf, differenceOf(leaf));
  return saidIn(leaf);
}

/** @throws LogFault `unreadable_leaf` if it is none that any release writes */
export function requireReadable({ type, seq }: LeafV1, difference: Difference | undefined): void {
  if (difference?.kind !== 'broken') return;
  throw new LogFault(
    'unreadable_leaf',
    `Leaf ${seq}: \`${difference.at}\` of ${type} is missing, or of another kind.`,
    seq,
  );
}

/** What is different about a leaf; undefined if it is as declared. What is broken comes before what is unknown. */
export function differenceOf({ type, data, commitments }: LeafV1): Difference | undefined {
  const form = leafForm(type);
  if (form === undefined) return { kind: 'unknown', at: '' };
  const found: Difference[] = [];
  compare(form.data, data, 'data', found);
  for (const name of Object.keys(commitments))
    if (!form.commits.includes(name)) found.push({ kind: 'unknown', at: `commitments.${name}` });
  return found.find(({ kind }) => kind === 'broken') ?? found[0];
}

function compare(form: Form, value: unknown, at: string, found: Difference[]): void {
  if (form.kind === 'nullable') {
    if (value !== null) compare(form.inner, value, at, found);
  } else if (!isOfKind(form.kind, value)) found.push({ kind: 'broken', at });
  else if (form.kind === 'one') {
    if (!form.values.includes(value as string)) found.push({ kind: 'unknown', at });
  } else if (form.kind === 'members') compareMembers(form.members, value as object, at, found);
  else if ('inner' in form)
    for (const [name, item] of Object.entries(value as object))
      compare(form.inner, item, `${at}.${name}`, found);
}

function compareMembers(members: Members, value: object, at: string, found: Difference[]): void {
  for (const name of Object.keys(value))
    if (!members.has(name)) found.push({ kind: 'unknown', at: `${at}.${name}` });
  for (const [name, { form, isOptional }] of members)
    if (Object.hasOwn(value, name))
      compare(form, (value as Record<string, unknown>)[name], `${at}.${name}`, found);
    else if (!isOptional) found.push({ kind: 'broken', at: `${at}.${name}` });
}

function isOfKind(kind: Exclude<Form['kind'], 'nullable'>, value: unknown): boolean {
  switch (kind) {
    case 'text':
    case 'one':
      return typeof value === 'string';
    case 'flag':
      return typeof value === 'boolean';
    case 'integer':
      return Number.isSafeInteger(value);
    case 'list':
      return Array.isArray(value);
    case 'object':
    case 'members':
    case 'named':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
  }
}

let forms: ReadonlyMap<string, LeafForm> | undefined;

/** The form of a type; undefined if it is unknown. Read on first use, so that a page that verifies nothing lacks the table. */
export function leafForm(type: string): LeafForm | undefined {
  forms ??= readForms(EVENT_FORMS);
  return forms.get(type);
}

function readForms(text: string): Map<string, LeafForm> {
  const found = new Map<string, LeafForm>();
  for (const line of text.split('\n')) {
    const words: string[] = line.match(/[\w.-]+|\S/g) ?? [];
    const types = words.splice(0, words.indexOf('{'));
    const form = { data: readForm(words), commits: words };
    for (const type of types) found.set(type, form);
  }
  return found;
}

/** Takes the words of one form from the front. */
function readForm(words: string[]): Form {
  let form: Form = { kind: 'text' };
  if (take(words, '#')) form = { kind: 'integer' };
  else if (take(words, '!')) form = { kind: 'flag' };
  else if (take(words, '@')) form = { kind: 'object' };
  else if (take(words, '(')) {
    const values = words.splice(0, words.indexOf(')') + 1);
    form = { kind: 'one', values: values.filter((word) => word !== '|' && word !== ')') };
  } else if (take(words, '{')) {
    const members = new Map<string, { form: Form; isOptional: boolean }>();
    while (!take(words, '}')) {
      const name = words.shift() ?? '';
      members.set(name, { isOptional: take(words, '?'), form: readForm(words) });
    }
    form = { kind: 'members', members };
  }
  for (;;) {
    if (take(words, '*')) form = { kind: 'list', inner: form };
    else if (take(words, '~')) form = { kind: 'named', inner: form };
    else if (take(words, '^')) form = { kind: 'nullable', inner: form };
    else return form;
  }
}

function take(words: string[], word: string): boolean {
  if (words[0] !== word) return false;
  words.shift();
  return true;
}
