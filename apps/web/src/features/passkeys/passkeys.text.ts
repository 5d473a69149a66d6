import type { Catalogue } from '../../text/language.js';

const en = {
  title: 'Passkeys',
  lead: 'You sign approvals with these. Gateways check your signature themselves, whatever the vendor’s server says.',
  mine: 'Your passkeys',
  none: 'You have no passkey yet',
  noneLead: 'To make one, touch this device or a security key.',
  name: 'Name',
  nameHint: 'A name that you will recognise: “Work laptop”, “Key on my key ring”.',
  firstName: 'My first device',
  ownPage: 'Our company hosts its own signing page',
  ownPageAddress: 'Its address',
  ownPageHint: 'Such as https://sign.acme.example. You make and use your passkey there, and nowhere else.',
  madeThere: (at: string) => `A window opens at ${at}. You make your passkey there.`,
  make: 'Make a passkey',
  made: 'Your passkey is ready.',
  since: 'Since',
  state: 'State',
  counts: 'in the trust document',
  waits: 'not in a trust document yet',
  act: 'Actions',
  remove: 'Remove',
  removeName: (name: string) => `Remove ${name}`,
  removed: 'The passkey is removed.',
  bound: 'The next trust document can remove it',
  recovery: 'Recovery key',
  recoveryLead:
    'For the day on which you have lost every device. You make it here, see it once, and print it. Only its public half is sent. It can sign a new trust document and nothing else.',
  recoveryHave: 'You have one. A new one replaces it with the next trust document.',
  recoveryMake: 'Make a recovery key',
  recoveryTitle: 'Your recovery key',
  recoveryOnce: 'Print it or write it down now. It is not shown again, and no one can restore it.',
  print: 'Print',
  download: 'Download',
  kept: 'I have kept it',
  registered: 'Your recovery key is registered.',
  ownBrowser:
    'To make passkeys, sign in with your company’s own sign-in. You signed in with a code by mail, which is too weak for this.',
};

export const passkeysTexts: Catalogue<typeof en> = { en };
