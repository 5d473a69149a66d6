import type { Catalogue } from '../../text/languages.js';

const en = {
  title: 'Sign in',
  lead: 'No one at the vendor has standing access to your data. They ask, you decide, and every call is recorded.',
  organisation: 'Organisation',
  organisationHint: 'Its short name, as in your invitation. If you work for the vendor, enter: vendor',
  next: 'Continue',
  leaving: 'Opening your organisation’s sign-in …',
  email: 'Your work e-mail address',
  sendCode: 'Send me a code',
  codeSent:
    'If this address may sign in, we have sent it a code. The code is valid for ten minutes, in this browser only.',
  code: 'Code from the mail',
  codeConfirm: 'Sign in',
  again: 'Start again',
  failed: 'You are not signed in.',
  notSwitched: 'You are still signed in as the same person.',
  signedInAs: 'Signed in as',
  signOut: 'Sign out and choose another sign-in',
  stay: 'Stay signed in',
  noMethod: 'This organisation has not set up a sign-in yet.',
  errors: {
    no_provider: 'This organisation has not set up its own sign-in.',
    provider_unavailable: 'Your organisation’s sign-in cannot be reached. Try again in a moment.',
    provider_refused: 'Your organisation’s sign-in refused you.',
    answer_invalid: 'The answer of your organisation’s sign-in could not be verified.',
    attempt_unknown: 'You started this sign-in in another browser, or it took too long. Start again.',
    wrong_callback:
      'The answer came from another organisation’s sign-in than the one you started. It was not used. Start again here, and tell your security team if it happens again.',
    other_person:
      'This browser is still signed in as someone else. That session stays as it is. To sign in as another person, sign out first.',
    not_fresh:
      'Your organisation’s sign-in did not ask you again who you are, so this step is not done. Tell its administrator: it must support max_age and auth_time.',
    assurance_too_low: 'Your organisation requires a stronger sign-in.',
    no_roles: 'Your organisation no longer gives you a role in Countersign.',
    needed_role:
      'Your groups would take your role away, and no one else in your organisation has it. Give it to someone else first.',
    email_unverified: 'Your organisation has not confirmed your e-mail address.',
    unknown_person: 'Your organisation knows you, but you have no role in Countersign yet.',
    identity_changed: 'Someone else has signed in with your address before. Ask your admin.',
  } as Record<string, string>,
};

const de: typeof en = {
  title: 'Anmelden',
  lead: 'Niemand beim Anbieter hat dauerhaft Zugriff auf Ihre Daten. Der Anbieter fragt, Sie entscheiden, und jeder Aufruf wird aufgezeichnet.',
  organisation: 'Organisation',
  organisationHint:
    'Ihr Kurzname, wie in der Einladung. Wenn Sie beim Anbieter arbeiten, geben Sie ein: vendor',
  next: 'Weiter',
  leaving: 'Die Anmeldung Ihrer Organisation wird geöffnet …',
  email: 'Ihre geschäftliche E-Mail-Adresse',
  sendCode: 'Code zusenden',
  codeSent:
    'Wenn sich diese Adresse anmelden darf, haben wir ihr einen Code geschickt. Er gilt zehn Minuten, nur in diesem Browser.',
  code: 'Code aus der Mail',
  codeConfirm: 'Anmelden',
  again: 'Von vorn',
  failed: 'Sie sind nicht angemeldet.',
  notSwitched: 'Sie sind weiterhin als dieselbe Person angemeldet.',
  signedInAs: 'Angemeldet als',
  signOut: 'Abmelden und anders anmelden',
  stay: 'Angemeldet bleiben',
  noMethod: 'Diese Organisation hat noch keine Anmeldung eingerichtet.',
  errors: {
    no_provider: 'Diese Organisation hat keine eigene Anmeldung eingerichtet.',
    provider_unavailable:
      'Die Anmeldung Ihrer Organisation ist nicht erreichbar. Versuchen Sie es gleich noch einmal.',
    provider_refused: 'Die Anmeldung Ihrer Organisation hat Sie abgelehnt.',
    answer_invalid: 'Die Antwort der Anmeldung Ihrer Organisation ließ sich nicht prüfen.',
    attempt_unknown:
      'Sie haben diese Anmeldung in einem anderen Browser begonnen, oder sie dauerte zu lange. Beginnen Sie von vorn.',
    wrong_callback:
      'Die Antwort kam von der Anmeldung einer anderen Organisation als der, bei der Sie begonnen haben. Sie wurde nicht verwendet. Beginnen Sie hier von vorn und melden Sie es Ihrer Sicherheitsabteilung, wenn es wieder geschieht.',
    other_person:
      'In diesem Browser ist noch jemand anderes angemeldet. Diese Sitzung bleibt, wie sie ist. Melden Sie sich zuerst ab, um sich als eine andere Person anzumelden.',
    not_fresh:
      'Die Anmeldung Ihrer Organisation hat nicht noch einmal gefragt, wer Sie sind; darum ist dieser Schritt nicht getan. Sagen Sie es dem Administrator: Sie muss max_age und auth_time unterstützen.',
    assurance_too_low: 'Ihre Organisation verlangt eine stärkere Anmeldung.',
    no_roles: 'Ihre Organisation gibt Ihnen keine Rolle in Countersign mehr.',
    needed_role:
      'Ihre Gruppen würden Ihnen Ihre Rolle nehmen, und niemand sonst in Ihrer Organisation hat sie. Geben Sie sie zuerst jemand anderem.',
    email_unverified: 'Ihre Organisation hat Ihre E-Mail-Adresse nicht bestätigt.',
    unknown_person: 'Ihre Organisation kennt Sie, aber Sie haben noch keine Rolle in Countersign.',
    identity_changed: 'Jemand anderes hat sich schon mit Ihrer Adresse angemeldet. Fragen Sie Ihren Admin.',
  },
};

export const signInTexts: Catalogue<typeof en> = { en, de };
