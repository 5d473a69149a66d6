import type { Catalogue } from '../../text/languages.js';

const en = {
  title: 'Questions and answers',
  asked: (who: string) => `${who} asked`,
  answered: (who: string) => `${who} answered`,
  forwarded: (who: string, to: string) => `${who} forwarded it to ${to}`,
  erased: '(erased)',
  ask: 'Ask a question',
  question: 'Your question',
  askHint:
    'The engineer is notified and answers here. The first question stops the deadline until the answer, at most 4 hours and at most half of the requested time.',
  send: 'Send the question',
  answer: 'Your answer',
  answerHint: 'The one who asked is notified, and the request waits for the decision again.',
  sendAnswer: 'Send the answer',
  forward: 'Forward to a colleague',
  colleague: 'Colleague',
  choose: 'Choose …',
  words: 'What your colleague should know',
  sendForward: 'Forward',
  waited: 'Time at each stage',
  whom: {
    vendor: 'The vendor’s review',
    customer: 'The customer',
    requester: 'The engineer',
    notice: 'The notice to the customer',
  },
  stage: (whom: string, stage: string) => `${whom}, stage “${stage}”`,
  still: (time: string) => `${time} so far`,
  usually: (time: string) => `The customer usually decides within ${time}.`,
};

const de: typeof en = {
  title: 'Fragen und Antworten',
  asked: (who) => `${who} hat gefragt`,
  answered: (who) => `${who} hat geantwortet`,
  forwarded: (who, to) => `${who} hat sie an ${to} weitergeleitet`,
  erased: '(gelöscht)',
  ask: 'Eine Frage stellen',
  question: 'Ihre Frage',
  askHint:
    'Die Person, die anfragt, wird benachrichtigt und antwortet hier. Die erste Frage hält die Frist bis zur Antwort an, höchstens 4 Stunden und höchstens die Hälfte der angefragten Zeit.',
  send: 'Frage senden',
  answer: 'Ihre Antwort',
  answerHint: 'Wer gefragt hat, wird benachrichtigt, und die Anfrage wartet wieder auf die Entscheidung.',
  sendAnswer: 'Antwort senden',
  forward: 'An jemanden im Haus weiterleiten',
  colleague: 'Person',
  choose: 'Auswählen …',
  words: 'Was die Person wissen sollte',
  sendForward: 'Weiterleiten',
  waited: 'Zeit je Schritt',
  whom: {
    vendor: 'Prüfung des Anbieters',
    customer: 'Kunde',
    requester: 'Wer anfragt',
    notice: 'Nachricht an den Kunden',
  },
  stage: (whom, stage) => `${whom}, Stufe „${stage}“`,
  still: (time) => `bisher ${time}`,
  usually: (time) => `Der Kunde entscheidet meist innerhalb von ${time}.`,
};

export const conversationTexts: Catalogue<typeof en> = { en, de };
