import type { Budget, Language, RequesterFacts, ScopeEntry, Terms } from '@countersign/contract';
import { durationText } from '../durations.js';
import { hiddenFieldsText } from '../hidden-fields.js';
import { requesterFactLines } from '../requester-facts.js';
import type { RequestMember, StatedAnswers } from './members.js';
import { eachStatedText } from './stated-fields.js';

/** What the rows of a request are written from. */
export interface RequestInWords {
  scope: readonly ScopeEntry[];
  seconds: number;
  budget?: Budget | undefined;
  requesterFacts?: RequesterFacts | undefined;
  /** The fields that the service hides in the scope, and whether the access shows them. */
  hidden: { fields: readonly string[]; unmasked?: true | undefined };
  /** Null: it was erased. Absent: none is stated. */
  texts: StatedAnswers;
}

/** @param fields that the service hides in the scope of these terms (`hiddenFields`) */
export const requestInWords = (
  { scope, seconds, budget, requesterFacts, unmasked }: Terms,
  fields: readonly string[],
  texts: StatedAnswers,
): RequestInWords => ({ scope, seconds, budget, requesterFacts, hidden: { fields, unmasked }, texts });

/** The reason and the exact change are longer than a row: each face writes them in its own way. */
export type DescribedMember = Exclude<RequestMember, 'justification' | 'change'>;

const BUDGET = {
  en: {
    calls: (count: number) => `at most ${count === 1 ? '1 call' : `${count} calls`}`,
    bytes: (count: number) => `at most ${count} bytes`,
  },
  de: {
    calls: (count: number) => `höchstens ${count === 1 ? '1 Aufruf' : `${count} Aufrufe`}`,
    bytes: (count: number) => `höchstens ${count} Bytes`,
  },
} as const satisfies Record<Language, unknown>;

type Describe = (request: RequestInWords, language: Language) => readonly string[];

const LINES: Readonly<Record<DescribedMember, Describe>> = {
  ...eachStatedText<Describe>(
    (name) =>
      ({ texts }) =>
        texts[name] == null ? [] : [texts[name]],
  ),
  scope: ({ scope }) => scope.map(({ resource, actions }) => `${resource}: ${actions.join(', ')}`),
  seconds: ({ seconds }, language) => [durationText(seconds, language)],
  budget: ({ budget: { calls, bytes } = {} }, language) => {
    const parts = [
      ...(calls === undefined ? [] : [BUDGET[language].calls(calls)]),
      ...(bytes === undefined ? [] : [BUDGET[language].bytes(bytes)]),
    ];
    return parts.length === 0 ? [] : [parts.join(', ')];
  },
  unmasked: ({ hidden }, language) => {
    const text = hiddenFieldsText(hidden.fields, hidden, language);
    return text === null ? [] : [text];
  },
  requesterFacts: ({ requesterFacts }, language) => requesterFactLines(requesterFacts, language),
};

/** What a request says of a member, for its row; empty if it has none. */
export const memberLines = (
  member: DescribedMember,
  request: RequestInWords,
  language: Language,
): readonly string[] => LINES[member](request, language);
