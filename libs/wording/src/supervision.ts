import type { Language, Supervised } from '@countersign/contract';
import { durationText } from './durations.js';

/** What a rule of supervision counts, and what it allows. `within` in whole seconds. */
export interface SupervisedLimit {
  count: Supervised;
  over: number;
  within: number;
}

type Counted = Readonly<Record<SupervisedLimit['count'], readonly [any: string, many: string]>>;

/** What is counted: how it is called if any one of it crosses the rule, and the plural. */
const COUNTED: Readonly<Record<Language, Counted>> = {
  en: {
    calls: ['any call', 'calls'],
    'new-resources': [
      'a resource that this engineer uses there for the first time',
      'resources that this engineer uses there for the first time,',
    ],
    'other-country': [
      'a token fetched from another country than stated',
      'tokens fetched from another country than stated',
    ],
    'unknown-country': ['a token fetched from an unknown country', 'tokens fetched from an unknown country'],
  },
  de: {
    calls: ['ein Aufruf', 'Aufrufe'],
    'new-resources': [
      'eine Ressource, die diese Person dort zum ersten Mal nutzt',
      'Ressourcen, die diese Person dort zum ersten Mal nutzt,',
    ],
    'other-country': [
      'ein Abruf eines Tokens aus einem anderen als dem angegebenen Land',
      'Abrufe von Token aus einem anderen als dem angegebenen Land',
    ],
    'unknown-country': [
      'ein Abruf eines Tokens aus einem unbekannten Land',
      'Abrufe von Token aus einem unbekannten Land',
    ],
  },
};

/** More of it than the rule allows. In German, “in” takes the dative: “2 Tage” becomes “2 Tagen”. */
const MORE: Readonly<Record<Language, (over: number, many: string, time: string) => string>> = {
  en: (over, many, time) => `more than ${over} ${many} in ${time}`,
  de: (over, many, time) => `mehr als ${over} ${many} in ${time.replace(/\bTage\b/g, 'Tagen')}`,
};

/** What crosses the rule: “more than 100 calls in 5 minutes”. */
export function supervisedText({ count, over, within }: SupervisedLimit, language: Language): string {
  const time = durationText(within, language);
  const [any, many] = COUNTED[language][count];
  if (over === 0) return any;
  return MORE[language](over, many, time);
}

/** What a rule counts, as the log names it; `calls` for anything that is not known here. */
export const supervisedCount = (value: unknown): SupervisedLimit['count'] =>
  typeof value === 'string' && Object.hasOwn(COUNTED.en, value)
    ? (value as SupervisedLimit['count'])
    : 'calls';
