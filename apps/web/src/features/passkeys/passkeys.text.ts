import type { Catalogue } from '../../text/language.js';

const en = {
  title: 'Passkeys',
  lead: 'What you sign with: an approval that is signed with your passkey counts whatever the vendor’s server says.',
  mine: 'Your passkeys',
  none: 'You have no passkey yet',
  noneLead: 'Making one takes a touch of this device or of a security key.',
  name: 'Name',
  nameHint: 'So that you know it later: “EngineerActions laptop”, “Key on my ring”.',
  firstName: 'My first device',
  ownPage: 'Our company hosts its own signing page',
  ownPageAddress: 'Its address',
  ownPageHint:
    'Such as https://sign.acme.example. Your passkey is made there and signs there, and nowhere else.',
  madeThere: (at: string) => `A window opens at ${at}: your passkey is made there.`,
  make: 'Make a passkey',
  made: 'The passkey is made.',
  since: 'Since',
  state: 'State',
  counts: 'in the trust document',
  waits: 'not in a trust document yet',
  act: 'Actions',
  remove: 'Remove',
  removeName: (name: string) => `Remove ${name}`,
  removed: 'The passkey is removed.',
  bound: 'Goes with the next trust document',
  recovery: 'Recovery key',
  recoveryLead:
    'For the day when every device is lost. It is made here, shown once, and printed; only its public half is sent. It can sign a new trust document, and nothing else.',
  recoveryHave: 'You have one. A new one takes its place with the next trust document.',
  recoveryMake: 'Make a recovery key',
  recoveryTitle: 'Your recovery key',
  recoveryOnce: 'Print it or write it down now. It is not shown again, and nobody can make it anew.',
  print: 'Print',
  download: 'Download',
  kept: 'I have kept it',
  registered: 'The recovery key is registered.',
  ownBrowser:
    'Passkeys are kept in a browser that signed in with your company’s sign-in. You came with a code by mail, which is too weak for that.',
};

export const enrolmentTexts: Catalogue<typeof en> = { en };
