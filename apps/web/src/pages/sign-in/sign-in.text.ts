import type { Catalogue } from '../../text/language.js';

const en = {
  title: 'Sign in',
  lead: 'Nobody at the vendor has standing access to your data. They ask; you decide; every call is written down.',
  organisation: 'Organisation',
  organisationHint: 'Its short name, as in your invitation. People of the vendor write: vendor',
  next: 'Continue',
  withProvider: (name: string) => `Continue to the sign-in of ${name}`,
  leaving: 'Taking you to your organisation’s sign-in …',
  email: 'Your e-mail at work',
  sendCode: 'Send me a code',
  codeSent:
    'If this address may sign in, a mail with a code is on its way. It counts for ten minutes, in this browser only.',
  code: 'Code from the mail',
  codeConfirm: 'Sign in',
  again: 'Start again',
  failed: 'Signing in did not work.',
  errors: {
    provider_unavailable: 'Your organisation’s sign-in cannot be reached. Try again in a moment.',
    unknown_person: 'Your organisation knows you, but nobody has given you a part in Countersign yet.',
    email_not_verified: 'Your organisation has not confirmed your e-mail address.',
    expired: 'This sign-in took too long. Start again.',
  } as Record<string, string>,
};

const de: typeof en = {
  title: 'Anmelden',
  lead: 'Niemand beim Anbieter hat dauerhaft Zugriff auf Ihre Daten. Man fragt; Sie entscheiden; jeder Aufruf wird notiert.',
  organisation: 'Organisation',
  organisationHint: 'Ihr Kurzname, wie in der Einladung. Wer beim Anbieter arbeitet, schreibt: vendor',
  next: 'Weiter',
  withProvider: (name) => `Weiter zur Anmeldung von ${name}`,
  leaving: 'Sie werden zur Anmeldung Ihrer Organisation gebracht …',
  email: 'Ihre E-Mail bei der Arbeit',
  sendCode: 'Code zusenden',
  codeSent:
    'Darf sich diese Adresse anmelden, ist eine Mail mit einem Code unterwegs. Er gilt zehn Minuten, nur in diesem Browser.',
  code: 'Code aus der Mail',
  codeConfirm: 'Anmelden',
  again: 'Von vorn',
  failed: 'Die Anmeldung hat nicht geklappt.',
  errors: {
    provider_unavailable:
      'Die Anmeldung Ihrer Organisation ist nicht erreichbar. Versuchen Sie es gleich noch einmal.',
    unknown_person: 'Ihre Organisation kennt Sie, aber Sie haben in Countersign noch keine Aufgabe.',
    email_not_verified: 'Ihre Organisation hat Ihre E-Mail-Adresse nicht bestätigt.',
    expired: 'Die Anmeldung hat zu lange gedauert. Beginnen Sie von vorn.',
  },
};

export const signInTexts: Catalogue<typeof en> = { en, de };
