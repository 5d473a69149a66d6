import type { PracticePart } from '@countersign/api';
import type { Catalogue } from '../../text/language.js';

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
  noPasskey: 'You have no passkey that counts, so you answer without one.',
  failed: 'My passkey does not work',
  failedLead: 'Then answer without it. Your admins are notified, so that it is replaced before you need it.',
  outcomes: {
    passed: 'Right. Your approval works.',
    wrong: 'That was not the right answer.',
    'passkey-failed': 'Right. Your passkey has to be replaced: enrol a new one, or ask an admin.',
    unanswered: 'Not answered in time.',
    left: 'No approver any more.',
  },
  rightWas: {
    approve: 'It asked for exactly what you expected: the right answer was to approve.',
    deny: 'It asked for something else than you expected: the right answer was to deny.',
  },
  all: 'All practices',
  none: 'There was no practice yet. Once your organisation is claimed, one begins each quarter.',
  now: 'Practise now',
  nowLead: 'Every approver gets a practice request and has seven days. You can begin one a day.',
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
    left: 'No approver any more',
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
  expected: 'Sie erwarten jemanden mit dem Wunsch',
  asked: 'Die Übungsanfrage verlangt',
  forTime: (what, time) => `${what}, für ${time}`,
  due: 'Antworten bis',
  approve: 'Übung freigeben',
  deny: 'Übung ablehnen',
  withPasskey: 'Sie unterschreiben Ihre Antwort mit Ihrem Passkey, wie eine echte.',
  noPasskey: 'Sie haben keinen Passkey, der zählt. Sie antworten ohne.',
  failed: 'Mein Passkey funktioniert nicht',
  failedLead:
    'Dann antworten Sie ohne ihn. Ihre Administratoren werden benachrichtigt, damit er ersetzt ist, bevor Sie ihn brauchen.',
  outcomes: {
    passed: 'Richtig. Ihre Freigabe funktioniert.',
    wrong: 'Das war nicht die richtige Antwort.',
    'passkey-failed':
      'Richtig. Ihr Passkey muss ersetzt werden: Registrieren Sie einen neuen, oder fragen Sie Ihre Administratoren.',
    unanswered: 'Nicht rechtzeitig beantwortet.',
    left: 'Keine Freigabe mehr.',
  },
  rightWas: {
    approve: 'Sie verlangte genau das, was Sie erwartet haben: Freigeben war richtig.',
    deny: 'Sie verlangte etwas anderes, als Sie erwartet haben: Ablehnen war richtig.',
  },
  all: 'Alle Übungen',
  none: 'Es gab noch keine Übung. Sobald Ihre Organisation übernommen ist, beginnt in jedem Quartal eine.',
  now: 'Jetzt üben lassen',
  nowLead:
    'Alle Freigebenden bekommen eine Übungsanfrage und haben sieben Tage Zeit. Sie können eine am Tag beginnen.',
  quarter: (day) => `Quartal ab ${day}`,
  onDemand: 'Durch Administration begonnen',
  state: { open: 'Offen', closed: 'Beendet' },
  missed: (days) => `In den Quartalen ab ${days} begann keine Übung.`,
  person: 'Freigebende',
  result: 'Ergebnis',
  passkey: 'Passkey',
  channel: 'Weg',
  took: 'Beantwortet nach',
  results: {
    passed: 'Bestanden',
    wrong: 'Falsche Antwort',
    'passkey-failed': 'Passkey fehlgeschlagen',
    unanswered: 'Keine Antwort',
    left: 'Keine Freigabe mehr',
  },
  open: 'Noch nicht beantwortet',
  passkeys: { worked: 'Funktioniert', failed: 'Funktioniert nicht', none: 'Nicht vorhanden' },
  channels: { web: 'Seite', api: 'API oder Kommandozeile', slack: 'Slack' },
};

export const practiceTexts: Catalogue<typeof en> = { en, de };

export type PracticeResult = NonNullable<PracticePart['result']>;

/** How each result looks. */
export const PRACTICE_LOOK = {
  passed: { tone: 'accent', icon: 'done' },
  wrong: { tone: 'stop', icon: 'alert' },
  'passkey-failed': { tone: 'stop', icon: 'alert' },
  unanswered: { tone: 'stop', icon: 'alert' },
  left: { tone: 'plain', icon: 'closed' },
} as const;
