import type { Catalogue } from '../../text/language.js';

const en = {
  lead: (email: string) => `Signed in as ${email}.`,
  sessions: 'Where you are signed in',
  sessionsLead: 'Browsers, and command lines that a browser let in. End what you do not know.',
  device: 'Device',
  kind: { web: 'Browser', cli: 'Command line' },
  here: 'this browser',
  since: 'Since',
  used: 'Last used',
  until: 'At the latest until',
  act: 'Actions',
  end: 'End',
  keys: 'API keys',
  keysLead:
    'For programs of your own: a key may do what you may, and signs nothing. What needs a passkey is never a key’s to approve.',
  keysNone: 'You have no API key.',
  key: 'Key',
  life: 'How long it lives',
  lives: { PT8H: '8 hours', P7D: '7 days', P90D: '90 days', P365D: 'a year' },
  makeKey: 'Make an API key',
  keyOnce: 'Copy it now: it is not shown again.',
  keyKept: 'I have copied it',
  keyOver: 'Over',
  keyRevoked: 'Revoked',
  revoke: 'Revoke',
  revokeKey: (id: string) => `Revoke ${id}`,
};

const de: typeof en = {
  lead: (email) => `Angemeldet als ${email}.`,
  sessions: 'Wo Sie angemeldet sind',
  sessionsLead:
    'Browser, und Kommandozeilen, die ein Browser eingelassen hat. Beenden Sie, was Sie nicht kennen.',
  device: 'Gerät',
  kind: { web: 'Browser', cli: 'Kommandozeile' },
  here: 'dieser Browser',
  since: 'Seit',
  used: 'Zuletzt benutzt',
  until: 'Längstens bis',
  act: 'Aktionen',
  end: 'Beenden',
  keys: 'API-Schlüssel',
  keysLead:
    'Für Ihre eigenen Programme: Ein Schlüssel darf, was Sie dürfen, und unterschreibt nichts. Was einen Passkey verlangt, erlaubt kein Schlüssel.',
  keysNone: 'Sie haben keinen API-Schlüssel.',
  key: 'Schlüssel',
  life: 'Wie lange er gilt',
  lives: { PT8H: '8 Stunden', P7D: '7 Tage', P90D: '90 Tage', P365D: 'ein Jahr' },
  makeKey: 'API-Schlüssel anlegen',
  keyOnce: 'Kopieren Sie ihn jetzt: Er wird nicht noch einmal gezeigt.',
  keyKept: 'Ich habe ihn kopiert',
  keyOver: 'Abgelaufen',
  keyRevoked: 'Widerrufen',
  revoke: 'Widerrufen',
  revokeKey: (id) => `${id} widerrufen`,
};

export const accountTexts: Catalogue<typeof en> = { en, de };
