import type { Catalogue } from '../../text/language.js';

const en = {
  title: 'Sign in',
  lead: 'Nobody at the vendor has standing access to your data. They ask; you decide; every call is written down.',
  organisation: 'Organisation',
  organisationHint: 'Its short name, as in your invitation. People of the vendor write: vendor',
  next: 'Continue',
  leaving: 'Taking you to your organisation’s sign-in …',
  email: 'Your e-mail at work',
  sendCode: 'Send me a code',
  codeSent:
    'If this address may sign in, a mail with a code is on its way. It counts for ten minutes, in this browser only.',
  code: 'Code from the mail',
  codeConfirm: 'Sign in',
  again: 'Start again',
  failed: 'Signing in did not work.',
  noWay: 'This organisation has no way to sign in here yet.',
  errors: {
    no_provider: 'This organisation has no sign-in of its own here.',
    provider_unavailable: 'Your organisation’s sign-in cannot be reached. Try again in a moment.',
    provider_refused: 'Your organisation’s sign-in did not let you in.',
    answer_invalid: 'The answer of your organisation’s sign-in could not be trusted.',
    attempt_unknown: 'This sign-in was begun elsewhere, or took too long. Start again.',
    assurance_too_low: 'Your organisation asks for a stronger sign-in.',
    no_roles: 'Your organisation gives you no part in Countersign any more.',
    needed_role:
      'Your groups take away a role that your organisation cannot do without. Somebody else needs it first.',
    email_unverified: 'Your organisation has not confirmed your e-mail address.',
    unknown_person: 'Your organisation knows you, but nobody has given you a part in Countersign yet.',
    identity_changed: 'Your address belongs to somebody who signed in before. Ask your admin.',
  } as Record<string, string>,
};

const de: typeof en = {
  title: 'Anmelden',
  lead: 'Niemand beim Anbieter hat dauerhaft Zugriff auf Ihre Daten. Man fragt; Sie entscheiden; jeder Aufruf wird notiert.',
  organisation: 'Organisation',
  organisationHint: 'Ihr Kurzname, wie in der Einladung. Wer beim Anbieter arbeitet, schreibt: vendor',
  next: 'Weiter',
  leaving: 'Sie werden zur Anmeldung Ihrer Organisation gebracht …',
  email: 'Ihre E-Mail bei der Arbeit',
  sendCode: 'Code zusenden',
  codeSent:
    'Darf sich diese Adresse anmelden, ist eine Mail mit einem Code unterwegs. Er gilt zehn Minuten, nur in diesem Browser.',
  code: 'Code aus der Mail',
  codeConfirm: 'Anmelden',
  again: 'Von vorn',
  failed: 'Die Anmeldung hat nicht geklappt.',
  noWay: 'Diese Organisation kann sich hier noch nicht anmelden.',
  errors: {
    no_provider: 'Diese Organisation hat hier keine eigene Anmeldung.',
    provider_unavailable:
      'Die Anmeldung Ihrer Organisation ist nicht erreichbar. Gleich noch einmal versuchen.',
    provider_refused: 'Die Anmeldung Ihrer Organisation hat Sie nicht eingelassen.',
    answer_invalid: 'Der Antwort Ihrer Organisation war nicht zu trauen.',
    attempt_unknown: 'Diese Anmeldung begann anderswo oder dauerte zu lange. Beginnen Sie von vorn.',
    assurance_too_low: 'Ihre Organisation verlangt eine stärkere Anmeldung.',
    no_roles: 'Ihre Organisation gibt Ihnen in Countersign keine Aufgabe mehr.',
    needed_role:
      'Ihre Gruppen nehmen Ihnen eine Rolle, ohne die es in Ihrer Organisation nicht geht. Zuerst braucht sie jemand anderes.',
    email_unverified: 'Ihre Organisation hat Ihre E-Mail-Adresse nicht bestätigt.',
    unknown_person: 'Ihre Organisation kennt Sie, aber Sie haben in Countersign noch keine Aufgabe.',
    identity_changed: 'Ihre Adresse gehört jemandem, der schon angemeldet war. Fragen Sie Ihren Admin.',
  },
};

export const signInTexts: Catalogue<typeof en> = { en, de };
