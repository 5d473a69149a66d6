import type { Catalogue } from '../../text/languages.js';

const en = {
  extend: 'Ask for more time',
  lead: 'A new request for the same scope. If it is approved, it begins when this access ends.',
  minutes: 'How many more minutes?',
  minutesNeeded: 'Give a number of minutes.',
  why: 'Why? The customer reads this.',
  send: 'Send the request',
  back: 'Back',
  asked: 'You have asked for more time.',
  show: 'Open the request',
};

const de: typeof en = {
  extend: 'Mehr Zeit anfragen',
  lead: 'Eine neue Anfrage für denselben Umfang. Wird sie freigegeben, beginnt sie, wenn dieser Zugriff endet.',
  minutes: 'Wie viele Minuten mehr?',
  minutesNeeded: 'Geben Sie eine Zahl von Minuten an.',
  why: 'Warum? Der Kunde liest dies.',
  send: 'Anfrage senden',
  back: 'Zurück',
  asked: 'Sie haben mehr Zeit angefragt.',
  show: 'Anfrage öffnen',
};

export const extendTexts: Catalogue<typeof en> = { en, de };
