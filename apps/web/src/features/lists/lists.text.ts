import type { Catalogue } from '../../text/languages.js';

const en = {
  filters: 'Filters',
  filtersChosen: (count: number) => (count === 0 ? 'Filters' : `Filters (${count} chosen)`),
  more: (count: number) => (count === 0 ? 'More filters' : `More filters (${count} chosen)`),
  text: 'Search',
  textHint: 'Whole words of the reason or the ticket',
  nameHint: 'Part of a name',
  ticket: 'Ticket',
  ticketHint: 'The whole ticket',
  state: 'State',
  tenant: 'Customer',
  service: 'Service',
  person: 'Person',
  from: 'From',
  to: 'To (inclusive)',
  all: 'All',
  anyone: 'Anyone',
  clear: 'Clear the filters',
  noMatch: 'Nothing matches',
  noMatchLead: 'Clear or change the filters to see more.',
  lookedSoFar: 'Nothing so far. Older requests may match.',
};

const de: typeof en = {
  filters: 'Filter',
  filtersChosen: (count) => (count === 0 ? 'Filter' : `Filter (${count} gewählt)`),
  more: (count) => (count === 0 ? 'Weitere Filter' : `Weitere Filter (${count} gewählt)`),
  text: 'Suche',
  textHint: 'Ganze Wörter des Grundes oder des Tickets',
  nameHint: 'Teil eines Namens',
  ticket: 'Ticket',
  ticketHint: 'Das ganze Ticket',
  state: 'Stand',
  tenant: 'Kunde',
  service: 'Dienst',
  person: 'Wer',
  from: 'Von',
  to: 'Bis (einschließlich)',
  all: 'Alle',
  anyone: 'Alle',
  clear: 'Filter löschen',
  noMatch: 'Nichts passt',
  noMatchLead: 'Löschen oder ändern Sie die Filter, um mehr zu sehen.',
  lookedSoFar: 'Bisher nichts. Ältere Anfragen können passen.',
};

export const listsTexts: Catalogue<typeof en> = { en, de };
