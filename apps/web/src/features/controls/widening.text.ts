import type { Catalogue } from '../../text/language.js';

const en = {
  title: 'A change that widens these controls waits',
  by: (name: string) => `Proposed by ${name}`,
  byHost: 'Proposed by the vendor’s configuration',
  was: 'now',
  willBe: 'then',
  effect: 'It takes effect at the earliest at',
  confirmedBy: (name: string) => `${name} has confirmed it.`,
  unconfirmed: (names: string) =>
    `It has to be confirmed by ${names}. If no one does, nothing changes, and it lapses at`,
  otherAdmin: 'an admin who was one when it was proposed',
  confirm: 'Confirm this change',
  confirmSigned: 'Confirm this change with your passkey',
  noPasskey: 'A passkey that your trust document names confirms this.',
  withdraw: 'Withdraw it',
  setting: 'When these controls are widened',
  settingLead:
    'A change that opens more can wait, so that someone can withdraw it. A change that takes access away is always immediate. To wait less is such a change too.',
  delay: 'Hours until such a change takes effect',
  delayHint: 'If you leave it empty, there is no delay.',
  secondAdmin: 'A second admin has to confirm it',
};

const de: typeof en = {
  title: 'Eine Änderung, die diese Regeln lockert, wartet',
  by: (name) => `Vorgeschlagen von ${name}`,
  byHost: 'Vorgeschlagen durch die Konfiguration des Anbieters',
  was: 'jetzt',
  willBe: 'dann',
  effect: 'Sie gilt frühestens ab',
  confirmedBy: (name) => `${name} hat sie bestätigt.`,
  unconfirmed: (names) =>
    `Bestätigen muss sie ${names}. Tut es niemand, ändert sich nichts, und sie verfällt am`,
  otherAdmin: 'ein Admin, der es schon war, als sie vorgeschlagen wurde',
  confirm: 'Diese Änderung bestätigen',
  confirmSigned: 'Diese Änderung mit Ihrem Passkey bestätigen',
  noPasskey: 'Das bestätigt ein Passkey, den Ihr Vertrauensdokument nennt.',
  withdraw: 'Zurückziehen',
  setting: 'Wenn diese Regeln gelockert werden',
  settingLead:
    'Eine Änderung, die mehr öffnet, kann warten, damit jemand sie zurückziehen kann. Was Zugriff wegnimmt, gilt immer sofort. Auch kürzer zu warten ist eine Lockerung.',
  delay: 'Stunden, bis eine solche Änderung gilt',
  delayHint: 'Wenn das Feld leer ist, wartet sie nicht.',
  secondAdmin: 'Ein zweiter Admin muss sie bestätigen',
};

export const wideningTexts: Catalogue<typeof en> = { en, de };
