import type { Language } from '@countersign/contract';
import { wordFor } from './scope-words.js';

/** What a record, or the leaf of an outcome, says about the answer of a call. A log may contain anything. */
export type CallAnswer = {
  /** Fields of the answer are hidden. */
  masked?: unknown;
  /** How many were; 0 until the outcome is known. */
  maskedFields?: unknown;
  /** Why the answer did not reach the client, or only its beginning did. */
  withheld?: unknown;
  /** Null until the call has ended. */
  outcome?: unknown;
};

const TEXTS = {
  en: {
    hiding: 'fields are hidden',
    hidden: (count: number) => (count === 1 ? '1 field hidden' : `${count} fields hidden`),
    withheld: (reason: string) => `answer withheld: ${reason}`,
    reasons: {
      malformed: 'it was not one whole JSON text',
      not_json: 'it was not JSON',
      encoded: 'it was encoded',
      partial: 'it was only a part',
      link: 'it had a link that may not be handed out',
      too_many_links: 'there were too many links at once',
    },
  },
  de: {
    hiding: 'Felder werden verborgen',
    hidden: (count: number) => (count === 1 ? '1 Feld verborgen' : `${count} Felder verborgen`),
    withheld: (reason: string) => `Antwort zurückgehalten: ${reason}`,
    reasons: {
      malformed: 'sie war kein ganzer JSON-Text',
      not_json: 'sie war kein JSON',
      encoded: 'sie war kodiert',
      partial: 'sie war nur ein Teil',
      link: 'sie hatte einen Link, der nicht herausgegeben werden darf',
      too_many_links: 'es waren zu viele Links auf einmal',
    },
  },
} as const satisfies Record<Language, unknown>;

/** What was done to the answer of a call before its client got it: fields hidden, or the whole answer withheld. Empty: nothing. */
export function answerNotes(
  { masked, maskedFields, withheld, outcome }: CallAnswer,
  language: Language,
): string[] {
  const texts = TEXTS[language];
  const count = typeof maskedFields === 'number' ? maskedFields : 0;
  const isHiding = masked === true && count === 0 && (outcome === null || outcome === undefined);
  return [
    ...(isHiding
      ? [texts.hiding]
      : count > 0 || (masked === true && withheld === undefined)
        ? [texts.hidden(count)]
        : []),
    ...(typeof withheld === 'string' ? [texts.withheld(wordFor(texts.reasons, withheld) ?? withheld)] : []),
  ];
}
