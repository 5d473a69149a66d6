import { durationText } from './durations.js';
import type { Language } from './languages.js';

/** What a rule of supervision counts, and what it allows. `within` in whole seconds. */
export interface SupervisedLimit {
  count: 'calls' | 'new-resources';
  over: number;
  within: number;
}

/** What crosses the rule: “more than 100 calls in 5 minutes”. */
export function supervisedText({ count, over, within }: SupervisedLimit, language: Language): string {
  const time = durationText(within, language);
  if (language === 'de') {
    if (count === 'calls') return over === 0 ? 'ein Aufruf' : `mehr als ${over} Aufrufe in ${inGerman(time)}`;
    return over === 0
      ? 'eine Ressource, die diese Person dort zum ersten Mal nutzt'
      : `mehr als ${over} Ressourcen, die diese Person dort zum ersten Mal nutzt, in ${inGerman(time)}`;
  }
  if (count === 'calls') return over === 0 ? 'any call' : `more than ${over} calls in ${time}`;
  return over === 0
    ? 'a resource that this engineer uses there for the first time'
    : `more than ${over} resources that this engineer uses there for the first time, in ${time}`;
}

/** The dative that follows “in”: “2 Tage” becomes “2 Tagen”. */
const inGerman = (time: string): string => time.replace(/\bTage\b/g, 'Tagen');
