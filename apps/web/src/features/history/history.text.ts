import type { Catalogue } from '../../text/language.js';

const en = {
  title: 'History',
  lead: 'Every request and its outcome, and every call that gateways recorded.',
  state: 'State',
  all: 'All',
  when: 'Asked',
  who: 'Who',
  tenant: 'Customer',
  what: 'What',
  why: 'Why',
  none: 'Nothing yet',
  noneLead: 'Requests and decisions appear here.',
  export: 'Export calls',
  exportLead: 'All recorded calls between two days, for your own records or your auditors.',
  from: 'From',
  to: 'To (inclusive)',
  csv: 'CSV for spreadsheets',
  json: 'JSON Lines',
  reading: (count: string) => `Read ${count} calls …`,
  done: (count: string) => `Exported ${count} calls.`,
};

const de: typeof en = {
  title: 'Verlauf',
  lead: 'Jede Anfrage mit ihrem Ausgang und jeder Aufruf, den Gateways aufgezeichnet haben.',
  state: 'Stand',
  all: 'Alle',
  when: 'Angefragt',
  who: 'Wer',
  tenant: 'Kunde',
  what: 'Was',
  why: 'Warum',
  none: 'Noch nichts',
  noneLead: 'Anfragen und Entscheidungen erscheinen hier.',
  export: 'Aufrufe exportieren',
  exportLead: 'Alle aufgezeichneten Aufrufe zwischen zwei Tagen, für Ihre Unterlagen oder Ihre Prüfer.',
  from: 'Von',
  to: 'Bis (einschließlich)',
  csv: 'CSV für Tabellen',
  json: 'JSON Lines',
  reading: (count) => `${count} Aufrufe gelesen …`,
  done: (count) => `${count} Aufrufe exportiert.`,
};

export const historyTexts: Catalogue<typeof en> = { en, de };
