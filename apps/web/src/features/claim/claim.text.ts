import type { Catalogue } from '../../text/language.js';

const en = {
  title: (tenant: string) => `Claim ${tenant}`,
  lead: 'Once you have claimed it, gateways give access only to what your own passkeys have signed, whatever the vendor’s server says.',
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
  signMeans:
    'Your signature makes this the first version. A gateway follows it once the gateway has pinned its fingerprint.',
  done: 'Claimed. From now on your passkeys decide.',
  toTrust: 'To the trust page',
};

export const claimTexts: Catalogue<typeof en> = { en };
