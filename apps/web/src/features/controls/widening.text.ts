import type { Catalogue } from '../../text/languages.js';

const en = {
  title: 'A change that widens these controls waits',
  personTitle: (name: string) => `${name} is to decide more: this waits`,
  roles: 'May',
  becomes: (what: string, before: string, after: string) => `${what}: ${before || 'nothing'} → ${after}`,
  by: (name: string) => `Proposed by ${name}`,
  byHost: 'Proposed by the vendor’s configuration',
  byProvider: 'Proposed by your identity provider (SCIM)',
  effect: 'It takes effect at the earliest at',
  confirmedBy: (name: string) => `${name} has confirmed it.`,
  unconfirmed: (names: string) =>
    `It has to be confirmed by ${names}. If no one does, nothing changes, and it lapses at`,
  otherAdmin: 'an admin who was one when it was proposed',
  confirm: 'Confirm this change',
  confirmSigned: 'Confirm this change with your passkey',
  noPasskey: 'A passkey that your trust document names confirms this.',
  withdraw: 'Withdraw it',
};

const de: typeof en = {
  title: 'Eine Änderung, die diese Regeln lockert, wartet',
  personTitle: (name) => `${name} soll mehr entscheiden: Das wartet`,
  roles: 'Darf',
  becomes: (what, before, after) => `${what}: ${before || 'nichts'} → ${after}`,
  by: (name) => `Vorgeschlagen von ${name}`,
  byHost: 'Vorgeschlagen durch die Konfiguration des Anbieters',
  byProvider: 'Vorgeschlagen durch Ihren Identitätsanbieter (SCIM)',
  effect: 'Sie gilt frühestens ab',
  confirmedBy: (name) => `${name} hat sie bestätigt.`,
  unconfirmed: (names) =>
    `Bestätigen muss sie ${names}. Tut es niemand, ändert sich nichts, und sie verfällt am`,
  otherAdmin: 'ein Admin, der es schon war, als sie vorgeschlagen wurde',
  confirm: 'Diese Änderung bestätigen',
  confirmSigned: 'Diese Änderung mit Ihrem Passkey bestätigen',
  noPasskey: 'Das bestätigt ein Passkey, den Ihr Vertrauensdokument nennt.',
  withdraw: 'Zurückziehen',
};

export const wideningTexts: Catalogue<typeof en> = { en, de };
