import type { Catalogue } from '../../text/languages.js';

const en = {
  lead: (email: string) => `Signed in as ${email}.`,
  sessions: 'Where you are signed in',
  sessionsLead:
    'Your browsers, and the command lines that you signed in. End every session that you do not recognise.',
  device: 'Device',
  kind: { web: 'Browser', cli: 'Command line' },
  here: 'this browser',
  since: 'Since',
  used: 'Last used',
  until: 'Until',
  act: 'Actions',
  end: 'End',
  endOthers: 'End all other sessions',
  keys: 'API keys',
  keysLead:
    'For your own programs. A key may do what you may do, but it cannot sign: it never approves anything that needs a passkey. If your organisation has its own sign-in, a key works only while you have signed in there within the last 30 days.',
  keysNone: 'You have no API key.',
  key: 'Key',
  lifetime: 'Valid for',
  lifetimes: { PT8H: '8 hours', P7D: '7 days', P30D: '30 days', P90D: '90 days' },
  makeKey: 'Make an API key',
  keyOnce: 'Copy it now: it is not shown again.',
  keyKept: 'I have copied it',
  keyState: { expired: 'Expired', revoked: 'Revoked', asleep: 'Asleep: sign in to use it again' },
  signInBy: 'Sign in again by',
  revoke: 'Revoke',
  revokeKey: (id: string) => `Revoke ${id}`,
};

const de: typeof en = {
  lead: (email) => `Angemeldet als ${email}.`,
  sessions: 'Wo Sie angemeldet sind',
  sessionsLead:
    'Ihre Browser und die Kommandozeilen, die Sie angemeldet haben. Beenden Sie jede Sitzung, die Sie nicht kennen.',
  device: 'Gerät',
  kind: { web: 'Browser', cli: 'Kommandozeile' },
  here: 'dieser Browser',
  since: 'Seit',
  used: 'Zuletzt benutzt',
  until: 'Bis',
  act: 'Aktionen',
  end: 'Beenden',
  endOthers: 'Alle anderen Sitzungen beenden',
  keys: 'API-Schlüssel',
  keysLead:
    'Für Ihre eigenen Programme. Ein Schlüssel darf, was Sie dürfen, kann aber nicht unterschreiben: Was einen Passkey verlangt, gibt er nie frei. Hat Ihre Organisation eine eigene Anmeldung, gilt ein Schlüssel nur, solange Sie sich dort in den letzten 30 Tagen angemeldet haben.',
  keysNone: 'Sie haben keinen API-Schlüssel.',
  key: 'Schlüssel',
  lifetime: 'Gültig für',
  lifetimes: { PT8H: '8 Stunden', P7D: '7 Tage', P30D: '30 Tage', P90D: '90 Tage' },
  makeKey: 'API-Schlüssel anlegen',
  keyOnce: 'Kopieren Sie ihn jetzt: Er wird nicht noch einmal gezeigt.',
  keyKept: 'Ich habe ihn kopiert',
  keyState: {
    expired: 'Abgelaufen',
    revoked: 'Widerrufen',
    asleep: 'Ruht: Melden Sie sich an, um ihn wieder zu benutzen',
  },
  signInBy: 'Neu anmelden bis',
  revoke: 'Widerrufen',
  revokeKey: (id) => `${id} widerrufen`,
};

export const accountTexts: Catalogue<typeof en> = { en, de };
