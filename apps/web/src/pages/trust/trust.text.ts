import type { Catalogue } from '../../text/language.js';

const en = {
  title: 'Trust',
  lead: 'What your company has signed of its people, keys and rules. Gateways go by this, and not by the vendor’s word.',
  unclaimed: 'On the vendor’s word',
  unclaimedLead:
    'Your company has signed nothing yet. Gateways believe the vendor’s server that your people agreed.',
  claim: 'Claim your door',
  claimAdmin: 'An admin of your company can change that.',
  current: 'In force',
  version: (seq: number) => `Version ${seq}`,
  validUntil: 'Valid until',
  validLead: 'From then on every call is refused, until your people have signed the next version.',
  people: 'Who signs',
  keys: (count: number) => (count === 1 ? '1 passkey' : `${count} passkeys`),
  withRecovery: 'and a recovery key',
  approvals: 'Each access needs',
  approvalsOf: (count: number) =>
    count === 1 ? 'the passkey of one of them' : `the passkeys of ${count} of them`,
  threshold: 'Changing this needs',
  thresholdOf: (count: number) =>
    count === 1 ? 'the signature of one of them' : `the signatures of ${count} of them`,
  except: 'Without a passkey',
  exceptNone: 'nothing: every action is countersigned',
  forbid: 'Never, whoever agrees',
  forbidNone: 'nothing is closed for ever',
  bases: 'Other grounds',
  basesNone: 'none: no emergency opens anything without you',
  basis: (basis: string, what: string, time: string) => `${basis}: ${what}, at most ${time}`,
  where: 'Signed at',
  witnesses: 'Witnesses of the log',
  fingerprint: 'Fingerprint',
  fingerprintLead:
    'It is the same at each gateway, in your anchor file and on receipts. Compare it once, and keep the file where the vendor cannot reach it.',
  anchor: 'Download the anchor file',
  pin: 'On each gateway’s host, paste',
  gateways: 'Gateways',
  gatewaysNone: 'No gateway is enrolled.',
  gateway: 'Gateway',
  pinned: 'has pinned this fingerprint',
  pinnedOther: 'has pinned another fingerprint',
  notPinned: 'has not pinned it',
  state: 'State',
  versions: 'Versions',
  hash: 'Hash',
  since: 'Since',
  proposal: 'Proposed',
  proposedBy: (who: string) => `Proposed by ${who}`,
  changes: 'What changes',
  noChanges: 'Nothing but the dates.',
  added: (who: string) => `A passkey of ${who} is added`,
  removed: (who: string) => `A passkey of ${who} is removed`,
  recoveryAdded: (who: string) => `A recovery key of ${who} is added`,
  recoveryRemoved: (who: string) => `A recovery key of ${who} is removed`,
  changed: (what: string) => `Changed: ${what}`,
  signedBy: (who: string) => `Signed by ${who}`,
  needsPersons: (count: number) =>
    count === 1
      ? 'One more person of the version in force has to sign.'
      : `${count} more people have to sign.`,
  needsKeys: (who: string) => `New passkeys that have to sign yet are those of ${who}.`,
  sign: 'Sign with passkey',
  signMany: (count: number) => `Your device asks ${count} times: each of your new passkeys signs.`,
  withdraw: 'Withdraw',
  recoverySign: 'Sign with your recovery key',
  recoveryTyped: 'Recovery key, as printed',
  propose: 'Propose the next version',
  proposeLead: 'As people, passkeys and controls stand now.',
  adopted: 'Signed. It is in force.',
  signed: 'Your signature is recorded.',
  ownBrowser:
    'This is signed in a browser that signed in with your company’s sign-in. You came with a code by mail, which is too weak for that.',
};

export type TrustText = typeof en;
export const trustTexts: Catalogue<TrustText> = { en };
