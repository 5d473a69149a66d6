import type { Language } from '@countersign/contract';
import type { SlackText } from './faces.js';
import type { RequestMember, StatedText } from './members.js';

/** The label of each member's row in mails, messages, forms and receipts. */
export const MEMBER_LABELS: Readonly<Record<Language, Readonly<Record<RequestMember, string>>>> = {
  en: {
    scope: 'What',
    seconds: 'How long',
    budget: 'How much',
    change: 'The one change',
    unmasked: 'Hidden fields',
    requesterFacts: 'Place and employer',
    justification: 'Why',
    reasonCode: 'Kind of reason',
    ticket: 'Ticket',
  },
  de: {
    scope: 'Was',
    seconds: 'Wie lange',
    budget: 'Wie viel',
    change: 'Die eine Änderung',
    unmasked: 'Verborgene Felder',
    requesterFacts: 'Ort und Arbeitgeber',
    justification: 'Warum',
    reasonCode: 'Art des Grundes',
    ticket: 'Ticket',
  },
};

/** What stands below its field on the pages. The decision page's own words are in its `decision.text.ts`. */
export const STATED_HINTS: Readonly<Record<Language, Readonly<Record<StatedText, string>>>> = {
  en: {
    reasonCode: 'Such as support-case or incident. Some customers require one.',
    ticket: 'Some customers require one.',
  },
  de: {
    reasonCode: 'Etwa support-case oder incident. Manche Kunden verlangen eine.',
    ticket: 'Manche Kunden verlangen eines.',
  },
};

interface SlackWords {
  /** Below its field. */
  hint: string;
  erased: string;
  /** Null: a request that does not state it has no row. */
  none: string | null;
}

export const SLACK_WORDS: Readonly<Record<Language, Readonly<Record<SlackText, SlackWords>>>> = {
  en: {
    ticket: {
      hint: 'If the customer expects one.',
      erased: 'The ticket has been erased.',
      none: 'No ticket was given.',
    },
  },
  de: {
    ticket: {
      hint: 'Wenn der Kunde eines erwartet.',
      erased: 'Das Ticket wurde gelöscht.',
      none: 'Es ist kein Ticket angegeben.',
    },
  },
};
