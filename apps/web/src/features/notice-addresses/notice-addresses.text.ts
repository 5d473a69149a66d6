import type { Catalogue } from '../../text/languages.js';

const en = {
  title: 'Notice addresses',
  lead: 'Mailboxes that are notified besides your people, such as that of your security team. No one can sign in with them, and their mails name no person, no reason and no data.',
  none: 'There is no notice address yet.',
  all: 'Addresses',
  address: 'Address',
  topicsLabel: 'Notified of',
  state: 'State',
  states: { waiting: 'Not confirmed yet', active: 'Gets notices' },
  topics: {
    emergency: 'Emergencies',
    disclosure: 'Explanations of emergencies',
    demand: 'Government demands',
    access: 'Access that begins or ends',
    supervision: 'Supervision',
    widening: 'Widenings of the controls, and of who decides',
    trust: 'Trust document, stops, log',
    review: 'Access review',
    practice: 'Practice that failed',
    statement: 'Statement of the day',
  },
  add: 'Add an address',
  addLead:
    'A code is mailed to it. It gets nothing else until you type that code in here. All admins are notified.',
  addButton: 'Add and mail the code',
  code: (address: string) => `Code that was mailed to ${address}`,
  confirm: 'Confirm',
  notSent: 'The mail server did not take the code. Remove the address and add it again.',
  remove: 'Remove',
  removeOf: (address: string) => `Remove: ${address}`,
  removeTitle: 'Remove this address?',
  removeLead: (address: string) => `“${address}” gets nothing more, from now on.`,
  last: 'It is the last address that is notified of emergencies. Your people still are.',
  back: 'Back',
  readOnly: 'Only your admins can change these addresses, after a strong sign-in.',
};

const de: typeof en = {
  title: 'Benachrichtigungsadressen',
  lead: 'Postfächer, die neben Ihren Personen benachrichtigt werden, etwa das Ihres Sicherheitsteams. Niemand kann sich mit ihnen anmelden, und ihre Mails nennen keine Person, keinen Grund und keine Daten.',
  none: 'Es gibt noch keine Benachrichtigungsadresse.',
  all: 'Adressen',
  address: 'Adresse',
  topicsLabel: 'Benachrichtigt über',
  state: 'Stand',
  states: { waiting: 'Noch nicht bestätigt', active: 'Bekommt Nachrichten' },
  topics: {
    emergency: 'Notfälle',
    disclosure: 'Erklärungen zu Notfällen',
    demand: 'Behördliche Verlangen',
    access: 'Beginn und Ende von Zugriffen',
    supervision: 'Aufsicht',
    widening: 'Lockerungen der Regeln, und wer mehr entscheiden soll',
    trust: 'Vertrauensdokument, Stopps, Protokoll',
    review: 'Zugangsprüfung',
    practice: 'Nicht bestandene Übung',
    statement: 'Erklärung des Tages',
  },
  add: 'Adresse hinzufügen',
  addLead:
    'Ein Code wird dorthin gesendet. Die Adresse bekommt nichts weiter, bis Sie ihn hier eingeben. Alle Admins werden benachrichtigt.',
  addButton: 'Hinzufügen und Code senden',
  code: (address) => `Code, der an ${address} gesendet wurde`,
  confirm: 'Bestätigen',
  notSent:
    'Der Mailserver hat den Code nicht angenommen. Entfernen Sie die Adresse und fügen Sie sie noch einmal hinzu.',
  remove: 'Entfernen',
  removeOf: (address) => `Entfernen: ${address}`,
  removeTitle: 'Diese Adresse entfernen?',
  removeLead: (address) => `„${address}“ bekommt ab jetzt nichts mehr.`,
  last: 'Es ist die letzte Adresse, die über Notfälle benachrichtigt wird. Ihre Personen werden weiterhin benachrichtigt.',
  back: 'Zurück',
  readOnly: 'Nur Ihre Admins können diese Adressen ändern, nach einer starken Anmeldung.',
};

/** Texts of the page *Notice addresses*. */
export const noticeAddressTexts: Catalogue<typeof en> = { en, de };
