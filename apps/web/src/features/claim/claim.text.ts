import type { Catalogue } from '../../text/languages.js';

const en = {
  title: (tenant: string) => `Claim ${tenant}`,
  lead: 'Once you have claimed it, gateways give access only to what your own passkeys have signed, whatever the vendor’s server says.',
  word: 'claimed',
  wordVendor: 'on the vendor’s word',
  offerTitle: (tenant: string) => `${tenant} relies on the vendor’s word`,
  offer: 'Claim it with a passkey. It takes a minute.',
  offerButton: 'Claim your organisation',
  key: 'Make your passkey',
  keyDone: 'You have a passkey.',
  backup: 'Make sure that you can never be locked out',
  backupLead: 'You can lose a device. Print a recovery key, or make a second passkey on another device.',
  backupDone: 'You have a backup.',
  second: 'Make a second passkey instead',
  rules: 'Read what you sign',
  rulesAfter: 'The rules appear once you have a passkey and a backup.',
  others: (names: string) => `Only people who have a passkey are named. A later version can add ${names}.`,
  signButton: 'Sign with passkey',
  waiting: (count: number) =>
    count === 1 ? '1 request waits for a decision' : `${count} requests wait for a decision`,
  waitingLead: (count: number): string =>
    count === 1
      ? 'Decide it first, or sign now: then it can no longer be approved, and its engineer is notified and asks again with one press.'
      : 'Decide them first, or sign now: then they can no longer be approved, and their engineers are notified and ask again with one press.',
  signMeans:
    'Your signature makes this the first version. A gateway follows it once the gateway has pinned its fingerprint.',
  done: 'Claimed. From now on your passkeys decide.',
  toTrust: 'To the trust page',
};

const de: typeof en = {
  title: (tenant) => `${tenant} beanspruchen`,
  lead: 'Danach geben Gateways nur Zugriff auf das, was Ihre eigenen Passkeys unterschrieben haben, was auch immer der Server des Anbieters sagt.',
  word: 'beansprucht',
  wordVendor: 'auf Wort des Anbieters',
  offerTitle: (tenant) => `${tenant} verlässt sich auf das Wort des Anbieters`,
  offer: 'Beanspruchen Sie Ihre Organisation mit einem Passkey. Es dauert eine Minute.',
  offerButton: 'Organisation beanspruchen',
  key: 'Legen Sie Ihren Passkey an',
  keyDone: 'Sie haben einen Passkey.',
  backup: 'Sorgen Sie dafür, dass Sie nie ausgesperrt werden',
  backupLead:
    'Ein Gerät kann verloren gehen. Drucken Sie einen Wiederherstellungsschlüssel, oder legen Sie auf einem anderen Gerät einen zweiten Passkey an.',
  backupDone: 'Sie haben einen Ersatz.',
  second: 'Stattdessen einen zweiten Passkey anlegen',
  rules: 'Lesen Sie, was Sie unterschreiben',
  rulesAfter: 'Die Regeln erscheinen, sobald Sie einen Passkey und einen Ersatz haben.',
  others: (names) =>
    `Nur Personen mit einem Passkey sind genannt. Eine spätere Version kann ${names} aufnehmen.`,
  signButton: 'Mit Passkey unterschreiben',
  waiting: (count) =>
    count === 1 ? '1 Anfrage wartet auf eine Entscheidung' : `${count} Anfragen warten auf eine Entscheidung`,
  waitingLead: (count) =>
    count === 1
      ? 'Entscheiden Sie sie zuerst, oder unterschreiben Sie jetzt: Dann kann sie nicht mehr freigegeben werden, und wer sie gesendet hat, wird benachrichtigt und fragt mit einem Druck erneut an.'
      : 'Entscheiden Sie sie zuerst, oder unterschreiben Sie jetzt: Dann können sie nicht mehr freigegeben werden, und ihre Engineers werden benachrichtigt und fragen mit einem Druck erneut an.',
  signMeans:
    'Ihre Unterschrift macht dies zur ersten Version. Ein Gateway befolgt sie, sobald es ihren Fingerabdruck festgehalten hat.',
  done: 'Beansprucht. Ab jetzt entscheiden Ihre Passkeys.',
  toTrust: 'Zur Seite „Vertrauen“',
};

export const claimTexts: Catalogue<typeof en> = { en, de };
