import { type Language, parseDuration, type SupervisionAction, WEEKDAYS } from '@countersign/contract';
import { durationText, factText, LOCALES, resourceWords, type SupervisedLimit } from '@countersign/wording';
import { bytesText, numberText, utcDayText } from '../../../text/clock.js';
import { countryName, EUROPEAN_UNION_NAME, isEuropeanUnion } from './countries.js';
import type { Json, JsonObject } from './document.js';
import { isObject } from './document.js';
import type { RULE } from './fields.js';
import { required } from './sentence-parts.js';
import { sentencesDe } from './sentences.de.js';
import { sentencesEn } from './sentences.en.js';

/** Formats lists, durations and times for sentences in the reader's language. */
export interface Writer {
  language: Language;
  /** The zone of the controls. */
  zone: string;
  or(names: readonly string[]): string;
  and(names: readonly string[]): string;
  time(duration: string): string;
  day(day: string): string;
  at(instant: string): string;
  resources(patterns: readonly string[]): string;
  budget(budget: { calls?: number; bytes?: number }): string;
  /** `Mon–Fri` */
  days(days: readonly string[]): string;
  countries(codes: readonly string[]): string;
  employment(kind: string): string;
  /** The words of a fixed choice. */
  choice(value: string): string;
}

/** Writes the part of a sentence about one member. Throws if the value does not have the shape of the schema. */
type Says<Value> = (value: Value, writer: Writer) => string;

/** The sentences of the entries of each list, in one language. */
export interface Sentences {
  /** The conditions of a rule, as the beginning of its sentence. */
  conditions(rule: Conditions, writer: Writer): string;
  /** Each requirement of a rule. */
  requirements: Record<RequirementName, Says<never>>;
  noRequirement: string;
  forbid: Says<{ service: string; resource: string; actions: string[] }>;
  deputies: Says<{ for: string; by: string; from: string; to: string }>;
  supervision: Says<SupervisionItem>;
  emergency: Says<{ services: string[]; actions: string[]; maxDuration: string }>;
  /** Members of an item that the page does not know. */
  unknown(names: string): string;
  incomplete: string;
}

/** The conditions of a rule. */
export interface Conditions {
  services?: string[];
  resources?: string[];
  actions?: string[];
  risks?: string[];
  reasons?: string[];
}
/** Name of a condition of a rule. */
export type ConditionName = keyof Conditions;
type NameOf<Part> = {
  [Name in keyof typeof RULE]: (typeof RULE)[Name]['part'] extends Part ? Name : never;
}[keyof typeof RULE];
/** Name of a requirement of a rule. */
export type RequirementName = NameOf<'then'>;

/** A rule of supervision. */
export interface SupervisionItem extends Conditions {
  name: string;
  count?: SupervisedLimit['count'];
  over: number;
  within: string;
  do: SupervisionAction;
}

const SENTENCES: Readonly<Record<Language, Sentences>> = { en: sentencesEn, de: sentencesDe };

/** A Monday. */
const MONDAY = Date.UTC(2024, 0, 1);

/** The name of a weekday (`mon` … `sun`); any other text is returned as it is. */
export function dayName(day: string, language: Language, style: 'short' | 'long' = 'short'): string {
  const index = (WEEKDAYS as readonly string[]).indexOf(day);
  if (index < 0) return day;
  const format = new Intl.DateTimeFormat(LOCALES[language], { weekday: style, timeZone: 'UTC' });
  return format.format(new Date(MONDAY + index * 86_400_000));
}

/** The writer for a language and a time zone. @param choices the words of fixed choices, by their value */
export function writerFor(
  language: Language,
  zone: string,
  choices: Readonly<Record<string, string>>,
): Writer {
  const list = (type: 'conjunction' | 'disjunction') => new Intl.ListFormat(LOCALES[language], { type });
  const or = (names: readonly string[]) => list('disjunction').format(names);
  const and = (names: readonly string[]) => list('conjunction').format(names);
  return {
    ...{ language, zone, or, and },
    time: (duration) => durationText(required(parseDuration(duration)), language),
    day: (day) => utcDayText(day, language),
    at: (instant) =>
      new Intl.DateTimeFormat(LOCALES[language], {
        ...{ dateStyle: 'medium', timeStyle: 'short', timeZone: zone },
      }).format(new Date(instant)),
    resources: (patterns) => or(patterns.map((pattern) => resourceWords(pattern, language))),
    budget: ({ calls, bytes }) =>
      and([
        ...(calls === undefined ? [] : [`${numberText(calls, language)} ${SENTENCE_CALLS[language](calls)}`]),
        ...(bytes === undefined ? [] : [bytesText(bytes, language)]),
      ]),
    days: (days) =>
      daySpans(days)
        .map((span) => span.map((day) => dayName(day, language)).join('–'))
        .join(', '),
    employment: (kind) => factText('employment', kind, language),
    countries: (codes) =>
      isEuropeanUnion(codes)
        ? EUROPEAN_UNION_NAME[language]
        : or(codes.map((code) => countryName(code, language))),
    choice: (value) => (Object.hasOwn(choices, value) ? (choices[value] as string) : value),
  };
}

const SENTENCE_CALLS: Readonly<Record<Language, (count: number) => string>> = {
  en: (count) => (count === 1 ? 'call' : 'calls'),
  de: (count) => (count === 1 ? 'Aufruf' : 'Aufrufe'),
};

/** Days in the order of the week; three or more in a row as their first and last. */
function daySpans(days: readonly string[]): string[][] {
  const runs: string[][] = [];
  for (const [index, day] of WEEKDAYS.entries()) {
    if (!days.includes(day)) continue;
    const run = runs.at(-1);
    if (run !== undefined && run.at(-1) === WEEKDAYS[index - 1]) run.push(day);
    else runs.push([day]);
  }
  return runs.flatMap((run) =>
    run.length < 3 ? run.map((day) => [day]) : [[run[0] as string, run.at(-1) as string]],
  );
}

/** The lists whose entries are shown as sentences. */
export type SentenceKind = 'rules' | 'forbid' | 'deputies' | 'supervision' | 'emergency';

/** One entry of a list in one sentence, also while it is incomplete. It names members that the page does not know. */
export function sentenceOf(kind: SentenceKind, item: Json, writer: Writer, known: readonly string[]): string {
  const words = SENTENCES[writer.language];
  if (!isObject(item)) return JSON.stringify(item);
  const unknown = Object.keys(item).filter((name) => !known.includes(name));
  const more = unknown.length === 0 ? '' : ` ${words.unknown(writer.and(unknown))}`;
  return `${kind === 'rules' ? ruleSentence(item, writer) : itemSentence(kind, item, writer)}${more}`;
}

function itemSentence(kind: Exclude<SentenceKind, 'rules'>, item: JsonObject, writer: Writer): string {
  const words = SENTENCES[writer.language];
  return attempt(() => (words[kind] as Says<unknown>)(item, writer)) ?? `${words.incomplete}.`;
}

function ruleSentence(rule: JsonObject, writer: Writer): string {
  const words = SENTENCES[writer.language];
  const head = attempt(() => words.conditions(rule as Conditions, writer)) ?? words.incomplete;
  const parts = Object.entries(words.requirements)
    .filter(([name]) => Object.hasOwn(rule, name))
    .map(([name, says]) => attempt(() => (says as Says<unknown>)(rule[name], writer)) ?? `${name} …`)
    .filter((part) => part !== '');
  return `${head}: ${parts.length === 0 ? words.noRequirement : parts.join('; ')}.`;
}

/** Undefined while the reader is still typing, or if the JSON has another shape. */
function attempt(write: () => string): string | undefined {
  try {
    return write();
  } catch {
    return undefined;
  }
}
