import type { Catalogue } from '../../text/language.js';

const en = {
  title: (tenant: string) => `Claim ${tenant}’s door`,
  lead: 'From then on a gateway opens it only to what your own passkey has signed, whatever the vendor’s server says.',
  offerTitle: (tenant: string) => `${tenant}’s door is on the vendor’s word`,
  offer: 'Claim it with a passkey. It takes a minute.',
  offerButton: 'Claim your door',
  key: 'Make your passkey',
  keyDone: 'You have a passkey.',
  backup: 'Make sure that you can never be locked out',
  backupLead: 'One device can be lost. Print a recovery key, or make a second passkey on another device.',
  backupDone: 'You have a second way in.',
  second: 'Make a second passkey instead',
  rules: 'Read what you sign',
  rulesAfter: 'The rules are shown once there is a passkey.',
  others: (names: string) =>
    `Only people who have a passkey are named. ${names} can be added by a later version.`,
  signButton: 'Sign with passkey',
  signMeans:
    'Your signature makes this the first version. Gateways go by it once its fingerprint is pinned there.',
  done: 'Claimed. The door is yours.',
  toTrust: 'To the trust page',
};

export const claimTexts: Catalogue<typeof en> = { en };
