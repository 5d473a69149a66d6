import type { Catalogue } from '../../text/language.js';

const en = {
  title: 'History',
  lead: 'Every request, what became of it, and every call that gateways recorded.',
  state: 'State',
  all: 'All',
  when: 'Asked',
  who: 'Who',
  tenant: 'Customer',
  what: 'What',
  why: 'Why',
  erased: 'erased',
  none: 'Nothing yet',
  noneLead: 'What is asked and decided from now on is kept here.',
  export: 'Export calls',
  exportLead: 'All recorded calls between two days, for your own records or auditors.',
  from: 'From',
  to: 'To (inclusive)',
  csv: 'CSV for spreadsheets',
  json: 'JSON Lines',
  reading: (count: string) => `${count} calls read …`,
  done: (count: string) => `${count} calls were exported.`,
};

export const historyTexts: Catalogue<typeof en> = { en };
