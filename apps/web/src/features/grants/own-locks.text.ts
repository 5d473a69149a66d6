import type { Catalogue } from '../../text/languages.js';

const en = {
  title: 'Lock all access',
  lead: 'For when something is wrong and you do not know yet what: no call passes, and no request is taken.',
  lock: 'Lock all access to your data',
  means:
    'Every connected gateway refuses the next call within a second, under every grant. Nothing can be requested until someone of your organisation lifts the lock.',
  reason: 'Why? Your people and the engineers read this.',
  reasonNeeded: 'Give a reason.',
  back: 'Back',
  confirm: 'Lock it',
  locked: 'Your organisation has locked all access to your data:',
  until: 'until',
  lift: 'Lift the lock',
  liftMeans: 'What has not ended opens again.',
  needsStrong:
    'An admin lifts it, signed in by your organisation’s own sign-in or with a passkey, or with “countersign unlock” and an API key. A code from a mail is not enough.',
};

const de: typeof en = {
  title: 'Jeden Zugriff sperren',
  lead: 'Wenn etwas nicht stimmt und Sie noch nicht wissen, was: Kein Aufruf geht durch, und keine Anfrage wird angenommen.',
  lock: 'Jeden Zugriff auf Ihre Daten sperren',
  means:
    'Jedes verbundene Gateway weist den nächsten Aufruf binnen einer Sekunde ab, unter jedem Zugriff. Nichts kann angefragt werden, bis jemand aus Ihrer Organisation die Sperre aufhebt.',
  reason: 'Warum? Ihre Leute und die Engineers lesen dies.',
  reasonNeeded: 'Geben Sie einen Grund an.',
  back: 'Zurück',
  confirm: 'Sperren',
  locked: 'Ihre Organisation hat jeden Zugriff auf Ihre Daten gesperrt:',
  until: 'bis',
  lift: 'Sperre aufheben',
  liftMeans: 'Was nicht beendet ist, öffnet sich wieder.',
  needsStrong:
    'Ein Admin hebt sie auf, angemeldet über die eigene Anmeldung Ihrer Organisation oder mit einem Passkey, oder mit „countersign unlock“ und einem API-Schlüssel. Ein Code aus einer Mail genügt nicht.',
};

export const ownLocksTexts: Catalogue<typeof en> = { en, de };
