import type { Disclosure } from '@countersign/api';
import type { Catalogue } from '../../text/languages.js';

/** How each state looks. The catalogue has its words. */
export const DISCLOSURE_LOOK = {
  due: { tone: 'wait', icon: 'wait' },
  late: { tone: 'stop', icon: 'alert' },
  given: { tone: 'wait', icon: 'info' },
  acknowledged: { tone: 'plain', icon: 'done' },
  disputed: { tone: 'stop', icon: 'alert' },
} as const satisfies Record<Disclosure['state'], { tone: string; icon: string }>;

const en = {
  title: 'Emergencies',
  lead: 'Access that the vendor’s reviewers opened without the customer’s approval. The customer was notified before each began, and the vendor explains each one.',
  none: 'No emergencies',
  noneLead: 'No access was opened without the customer’s approval.',
  state: {
    due: 'Not explained yet',
    late: 'Late: not explained in time',
    given: 'Explained; the customer has to answer',
    acknowledged: 'Acknowledged by the customer',
    disputed: 'Disputed by the customer',
  },
  wasLate: 'The explanation was late',
  had: (who: string, service: string, tenant: string) =>
    `${who} had emergency access to ${service} of ${tenant} from`,
  openedBy: 'Opened by',
  due: 'Explanation due',
  explanation: 'Explanation',
  explainedBy: (who: string) => `By ${who},`,
  reason: 'What happened',
  calls: 'Calls',
  refused: 'Refused calls',
  needed: 'Was it needed?',
  yes: 'Yes',
  no: 'No, the customer could have been asked',
  prevention: 'What prevents the next one',
  erased: '(erased)',
  answered: {
    acknowledged: (who: string) => `Acknowledged by ${who},`,
    disputed: (who: string) => `Disputed by ${who},`,
  },
  explain: 'Explain this emergency',
  explainHint:
    'The customer reads this. Give the access back first: the explanation covers all of its calls, and Countersign counts them.',
  neededChoice: 'Looking back, the emergency was needed',
  answerReason: 'Your answer',
  answerHint: 'Needed only if you dispute the explanation.',
  reasonNeeded: 'Say why you dispute it. The vendor reads this and has to explain again.',
  acknowledge: 'Acknowledge',
  dispute: 'Dispute',
  access: 'See the access',
  request: 'See the request',
  late: (count: number) =>
    count === 1
      ? 'The explanation of an emergency is late'
      : `The explanations of ${count} emergencies are late`,
  show: 'Show',
};

const de: typeof en = {
  title: 'Notfälle',
  lead: 'Zugriffe, die Prüfer des Anbieters ohne Freigabe des Kunden eröffnet haben. Der Kunde wurde vor jedem benachrichtigt, und der Anbieter erklärt jeden.',
  none: 'Keine Notfälle',
  noneLead: 'Kein Zugriff wurde ohne Freigabe des Kunden eröffnet.',
  state: {
    due: 'Noch nicht erklärt',
    late: 'Verspätet: nicht rechtzeitig erklärt',
    given: 'Erklärt; der Kunde muss antworten',
    acknowledged: 'Vom Kunden anerkannt',
    disputed: 'Vom Kunden bestritten',
  },
  wasLate: 'Die Erklärung kam zu spät',
  had: (who, service, tenant) => `${who} hatte Notfallzugriff auf ${service} von ${tenant} ab`,
  openedBy: 'Eröffnet von',
  due: 'Erklärung fällig',
  explanation: 'Erklärung',
  explainedBy: (who) => `Von ${who},`,
  reason: 'Was geschehen ist',
  calls: 'Aufrufe',
  refused: 'Abgewiesene Aufrufe',
  needed: 'War er nötig?',
  yes: 'Ja',
  no: 'Nein, der Kunde hätte gefragt werden können',
  prevention: 'Was den nächsten verhindert',
  erased: '(gelöscht)',
  answered: {
    acknowledged: (who) => `Anerkannt von ${who},`,
    disputed: (who) => `Bestritten von ${who},`,
  },
  explain: 'Diesen Notfall erklären',
  explainHint:
    'Der Kunde liest das. Geben Sie den Zugriff zuerst zurück: Die Erklärung gilt für alle seine Aufrufe, und Countersign zählt sie.',
  neededChoice: 'Im Rückblick war der Notfall nötig',
  answerReason: 'Ihre Antwort',
  answerHint: 'Nur nötig, wenn Sie die Erklärung bestreiten.',
  reasonNeeded:
    'Schreiben Sie, warum Sie sie bestreiten. Der Anbieter liest das und muss noch einmal erklären.',
  acknowledge: 'Anerkennen',
  dispute: 'Bestreiten',
  access: 'Zum Zugriff',
  request: 'Zur Anfrage',
  late: (count) =>
    count === 1
      ? 'Die Erklärung eines Notfalls ist verspätet'
      : `Die Erklärungen von ${count} Notfällen sind verspätet`,
  show: 'Anzeigen',
};

export const emergenciesTexts: Catalogue<typeof en> = { en, de };
