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
  erased: 'erased',
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

export const historyTexts: Catalogue<typeof en> = { en };
