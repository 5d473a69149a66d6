import type { Catalogue } from '../../text/language.js';

const en = {
  title: 'Invite',
  lead: 'Approve beforehand: a request that fits an invitation needs no further approval of yours. Every call is still recorded.',
  mailCode:
    'You signed in with a code by mail. To invite, use your organisation’s own sign-in, or sign in with your passkey too: on the page “Passkeys”.',
  support: (vendor: string) => `${vendor} may`,
  service: 'Data service',
  ticket: 'For case',
  ticketHint: 'Only requests that name this ticket fit.',
  until: 'Until',
  untilHint: (zone: string) => `Your time zone: ${zone}. Every access ends before then.`,
  longest: 'Each time at most, in minutes',
  longestHint: 'Leave it empty for the longest time that the policies allow.',
  longestMost: (time: string) => `The policies allow at most ${time}. Leave it empty for that.`,
  eachTime: (time: string) => `Each access lasts ${time} at most.`,
  uses: 'How often',
  usesHint: 'Leave it empty for any number of times.',
  submit: (phrase: string, ticket: string) =>
    ticket === '' ? `Let support ${phrase}` : `Let support ${phrase}, for case ${ticket}`,
  submitEmpty: 'Choose what support may do',
  signs: 'You sign this with your passkey.',
  noPasskey: 'You sign this with a passkey, and you have no valid one yet.',
  sent: 'Support may now do what you chose.',
  open: 'Open invitations',
  none: 'No invitation is open',
  noneLead: 'Support asks you each time.',
  what: 'May',
  case: 'Case',
  any: 'any',
  used: 'Used',
  usedOf: (used: string, uses: string) => `${used} of ${uses}`,
  by: 'By',
  act: 'Actions',
  withdraw: 'Withdraw',
  withdrawHint: 'If you withdraw an invitation, every access that it opened ends.',
};

const de: typeof en = {
  title: 'Einladen',
  lead: 'Geben Sie im Voraus frei: Eine Anfrage, die zu einer Einladung passt, braucht keine weitere Freigabe von Ihnen. Jeder Aufruf wird trotzdem aufgezeichnet.',
  mailCode:
    'Sie haben sich mit einem Code per Mail angemeldet. Um einzuladen, nutzen Sie die Anmeldung Ihrer Organisation, oder melden Sie sich dazu mit Ihrem Passkey an: auf der Seite „Passkeys“.',
  support: (vendor) => `${vendor} darf`,
  service: 'Datendienst',
  ticket: 'Für den Fall',
  ticketHint: 'Nur Anfragen mit diesem Ticket passen.',
  until: 'Bis',
  untilHint: (zone) => `Ihre Zeitzone: ${zone}. Jeder Zugriff endet vorher.`,
  longest: 'Jedes Mal höchstens, in Minuten',
  longestHint: 'Lassen Sie das Feld leer für die längste Zeit, die die Regeln erlauben.',
  longestMost: (time) => `Die Regeln erlauben höchstens ${time}. Lassen Sie das Feld dafür leer.`,
  eachTime: (time) => `Jeder Zugriff dauert höchstens ${time}.`,
  uses: 'Wie oft',
  usesHint: 'Lassen Sie das Feld leer für beliebig oft.',
  submit: (phrase, ticket) =>
    ticket === ''
      ? `Dem Support erlauben: ${phrase}`
      : `Dem Support erlauben: ${phrase}, für den Fall ${ticket}`,
  submitEmpty: 'Wählen Sie, was der Support darf',
  signs: 'Sie unterschreiben dies mit Ihrem Passkey.',
  noPasskey: 'Sie unterschreiben dies mit einem Passkey, und Sie haben noch keinen gültigen.',
  sent: 'Der Support darf jetzt, was Sie gewählt haben.',
  open: 'Offene Einladungen',
  none: 'Keine Einladung ist offen',
  noneLead: 'Der Support fragt Sie jedes Mal.',
  what: 'Darf',
  case: 'Fall',
  any: 'jeder',
  used: 'Genutzt',
  usedOf: (used, uses) => `${used} von ${uses}`,
  by: 'Von',
  act: 'Aktionen',
  withdraw: 'Zurückziehen',
  withdrawHint: 'Wenn Sie eine Einladung zurückziehen, endet jeder Zugriff, den sie eröffnet hat.',
};

export const invitationsTexts: Catalogue<typeof en> = { en, de };
