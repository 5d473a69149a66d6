import type { PracticePart } from '@countersign/api';
import type { Catalogue } from '../../text/languages.js';

const en = {
  title: 'Practice',
  lead: 'Practice requests show that your approvers, their phones and their passkeys still work. A practice opens nothing, whatever anyone answers.',
  waiting: 'A practice request waits for you',
  waitingLink: 'Practise now',
  badge: 'Practice',
  marked: 'This is a practice. Nothing opens, whatever you answer.',
  how: 'Compare the two requests. Approve only if the second one is exactly what you expected. Otherwise deny it.',
  expected: 'You expect someone who wants to',
  asked: 'The practice request asks to',
  forTime: (what: string, time: string) => `${what}, for ${time}`,
  due: 'Answer by',
  approve: 'Approve the practice',
  deny: 'Deny the practice',
  withPasskey: 'You sign your answer with your passkey, as you would sign a real one.',
  noPasskey: 'You have no valid passkey, so you answer without one.',
  failed: 'My passkey does not work',
  failedLead: 'Then answer without it. Your admins are notified, so that it is replaced before you need it.',
  outcomes: {
    passed: 'Right. Your approval works.',
    wrong: 'That was not the right answer.',
    'passkey-failed': 'Right. Your passkey has to be replaced: enrol a new one, or ask an admin.',
    unanswered: 'Not answered in time.',
    left: 'No longer an approver.',
  },
  rightWas: {
    approve: 'It asked for exactly what you expected: the right answer was to approve.',
    deny: 'It did not ask for what you expected: the right answer was to deny.',
  },
  all: 'All practices',
  none: 'There was no practice yet. In a claimed organisation, one begins each quarter.',
  now: 'Practise now',
  nowLead: 'Every approver gets a practice request and has seven days. You can begin one practice a day.',
  quarter: (day: string) => `Quarter from ${day}`,
  onDemand: 'Begun by an admin',
  state: { open: 'Open', closed: 'Over' },
  missed: (days: string) => `No practice began in the quarters from ${days}.`,
  person: 'Approver',
  result: 'Result',
  passkey: 'Passkey',
  channel: 'Channel',
  took: 'Answered after',
  results: {
    passed: 'Passed',
    wrong: 'Wrong answer',
    'passkey-failed': 'Passkey failed',
    unanswered: 'No answer',
    left: 'No longer an approver',
  },
  open: 'Not answered yet',
  passkeys: { worked: 'Worked', failed: 'Did not work', none: 'Has none' },
  channels: { web: 'Page', api: 'API or command line', slack: 'Slack' },
};

const de: typeof en = {
  title: 'Übung',
  lead: 'Übungsanfragen zeigen, dass Ihre Freigebenden, deren Telefone und deren Passkeys noch funktionieren. Eine Übung öffnet nichts, was auch immer geantwortet wird.',
  waiting: 'Eine Übungsanfrage wartet auf Sie',
  waitingLink: 'Jetzt üben',
  badge: 'Übung',
  marked: 'Dies ist eine Übung. Nichts wird geöffnet, was auch immer Sie antworten.',
  how: 'Vergleichen Sie die beiden Anfragen. Geben Sie nur frei, wenn die zweite genau das verlangt, was Sie erwarten. Sonst lehnen Sie ab.',
  expected: 'Das erwarten Sie',
  asked: 'Das verlangt die Übungsanfrage',
  forTime: (what, time) => `${what}, für ${time}`,
  due: 'Antworten bis',
  approve: 'Übung freigeben',
  deny: 'Übung ablehnen',
  withPasskey: 'Sie unterschreiben Ihre Antwort mit Ihrem Passkey, wie bei einer echten Anfrage.',
  noPasskey: 'Sie haben keinen gültigen Passkey. Sie antworten ohne.',
  failed: 'Mein Passkey funktioniert nicht',
  failedLead:
    'Dann antworten Sie ohne ihn. Ihre Admins werden benachrichtigt, damit er ersetzt ist, bevor Sie ihn brauchen.',
  outcomes: {
    passed: 'Richtig. Ihre Freigabe funktioniert.',
    wrong: 'Das war nicht die richtige Antwort.',
    'passkey-failed':
      'Richtig. Ihr Passkey muss ersetzt werden: Registrieren Sie einen neuen, oder fragen Sie einen Admin.',
    unanswered: 'Nicht rechtzeitig beantwortet.',
    left: 'Nicht mehr zur Freigabe berechtigt.',
  },
  rightWas: {
    approve: 'Sie verlangte genau das, was Sie erwartet haben: Freigeben war richtig.',
    deny: 'Sie verlangte nicht das, was Sie erwartet haben: Ablehnen war richtig.',
  },
  all: 'Alle Übungen',
  none: 'Es gab noch keine Übung. In einer beanspruchten Organisation beginnt in jedem Quartal eine.',
  now: 'Jetzt üben lassen',
  nowLead:
    'Alle Freigebenden bekommen eine Übungsanfrage und haben sieben Tage Zeit. Sie können pro Tag eine Übung beginnen.',
  quarter: (day) => `Quartal ab ${day}`,
  onDemand: 'Von einem Admin begonnen',
  state: { open: 'Offen', closed: 'Beendet' },
  missed: (days) => `In den Quartalen ab ${days} begann keine Übung.`,
  person: 'Freigebende Person',
  result: 'Ergebnis',
  passkey: 'Passkey',
  channel: 'Weg',
  took: 'Beantwortet nach',
  results: {
    passed: 'Bestanden',
    wrong: 'Falsche Antwort',
    'passkey-failed': 'Passkey fehlgeschlagen',
    unanswered: 'Keine Antwort',
    left: 'Nicht mehr zur Freigabe berechtigt',
  },
  open: 'Noch nicht beantwortet',
  passkeys: { worked: 'Funktioniert', failed: 'Funktioniert nicht', none: 'Nicht vorhanden' },
  channels: { web: 'Seite', api: 'API oder Kommandozeile', slack: 'Slack' },
};

/** Texts of the page *Practice*. */
export const practiceTexts: Catalogue<typeof en> = { en, de };

/** The result of one approver. */
export type PracticeResult = NonNullable<PracticePart['result']>;

/** Colour and icon of each result. */
export const PRACTICE_LOOK = {
  passed: { tone: 'accent', icon: 'done' },
  wrong: { tone: 'stop', icon: 'alert' },
  'passkey-failed': { tone: 'stop', icon: 'alert' },
  unanswered: { tone: 'stop', icon: 'alert' },
  left: { tone: 'plain', icon: 'closed' },
} as const;
