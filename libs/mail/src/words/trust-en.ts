import type { TrustWords } from './trust-words.js';

export const trustEn: TrustWords = {
  subject: {
    'trust.proposed': (n) => `To be signed: new trust document of ${n.tenant}`,
    'trust.adopted': (n) => `In force: trust document of ${n.tenant}`,
    'trust.expiring': (n) => `Trust document of ${n.tenant} ends in ${n.days} days`,
    'trust.stopped': (n) => `Stopped: access to ${n.tenant}`,
    'trust.lifted': (n) => `Stop lifted: access to ${n.tenant}`,
    'trust.reset': (n) => `Reset of ${n.tenant}: its keys are said to be lost`,
    'trust.reset-cancelled': (n) => `Reset of ${n.tenant} called off`,
  },
  sentence: {
    'trust.proposed': (n) =>
      `${n.by ?? 'The vendor’s host'} proposes another trust document for ${n.tenant}. It counts for nothing until enough of its people have signed it with their passkeys.`,
    'trust.adopted': (n) =>
      `The people of ${n.tenant} have signed a trust document, which is in force from now on.`,
    'trust.expiring': (n) =>
      `The trust document of ${n.tenant} ends in ${n.days} days. After that all access to its data through Countersign is refused until its people sign the next one.`,
    'trust.stopped': (n) =>
      `${n.by ?? 'Somebody'} has stopped access to the data of ${n.tenant} with a passkey.`,
    'trust.lifted': (n) =>
      `${n.by ?? 'Somebody'} has lifted a stop of access to the data of ${n.tenant} with a passkey.`,
    'trust.reset': (n) =>
      `The vendor’s host says that ${n.tenant} has lost all its keys, so that its people may claim it anew. If this is not so, an admin of ${n.tenant} can object on the page.`,
    'trust.reset-cancelled': (n) =>
      `The reset of ${n.tenant} is called off: what its people have signed stays in force.`,
  },
  labels: {
    at: 'When',
    by: 'By',
    fingerprint: 'Fingerprint',
    seq: 'Version',
    validUntil: 'Valid until',
    reason: 'Reason',
    what: 'What',
  },
  host: 'the vendor’s host',
  everything: 'all access',
  oneGrant: 'one grant',
  open: 'Open the page',
  footer: 'This mail opens nothing and decides nothing. You sign on the page, with your passkey.',
};
