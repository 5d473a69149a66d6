import type { Catalogue } from '../../text/languages.js';

const en = {
  title: 'The one change',
  lead: 'Approval allows this call once, with exactly this body:',
  hashOnly:
    'The engineer has not shown the body. You approve only the hash below; ask the engineer what the body contains.',
  erased: 'The body was erased. Its hash stays in the terms.',
  differs:
    'The broker shows another body than the terms name. Do not approve. Report this to the vendor’s security team.',
  checked: 'This browser has computed the hash of the new body: it is the one that you approve.',
  beforeAt: (at: string) => `Before, as the engineer’s own read returned it at ${at}`,
  statement: 'That is the engineer’s statement. No record has the content of an answer.',
  recordHash: (at: string) =>
    `The record of ${at} proves it: this engineer read this path then, and the answer had the hash of this text.`,
  recordSame: (at: string) =>
    `The record of ${at} agrees: this engineer read this path then, and the answer had as many bytes.`,
  recordOther: 'The record that the engineer names is of another call, or of an answer of another size.',
  recordNone: 'The record that the engineer names does not exist.',
  noBefore: 'The engineer has not shown what was there before.',
  value: 'Value',
  before: 'Before',
  after: 'After the change',
  unknown: 'not there, or not shown',
  notNamed: 'not in the new body',
  changed: 'changed',
  added: 'new',
  absent: 'left out',
  same: 'the same',
  unchanged: (count: number) =>
    `${count} ${count === 1 ? 'value' : 'values'} that the new body names unchanged`,
  left: (count: number) => `${count} ${count === 1 ? 'value' : 'values'} that the new body does not name`,
  texts: 'These bodies cannot be compared value by value. Read them as they are.',
  wholeAfter: 'The whole new body, byte for byte',
  wholeBefore: 'The whole body before',
  encoding: (name: string) => `The body is encoded (${name}) and not shown.`,
  follows: 'Proposed beside an earlier request of this engineer, which stays as it is:',
  followed: 'The earlier request',
  proposed: 'Changes that the engineer proposed beside this request. Each needs its own decision:',
  proposedOne: 'The change',
};
type ExactChangeText = typeof en;

const de: ExactChangeText = {
  title: 'Die eine Änderung',
  lead: 'Die Freigabe erlaubt diesen Aufruf einmal, mit genau diesem Inhalt:',
  hashOnly:
    'Der Engineer hat den Inhalt nicht gezeigt. Sie geben nur die Prüfsumme unten frei; fragen Sie den Engineer, was der Inhalt ist.',
  erased: 'Der Inhalt wurde gelöscht. Seine Prüfsumme bleibt in den Bedingungen.',
  differs:
    'Der Broker zeigt einen Inhalt, der nicht der der Bedingungen ist. Geben Sie nicht frei. Melden Sie das dem Sicherheitsteam des Anbieters.',
  checked: 'Dieser Browser hat die Prüfsumme des neuen Inhalts berechnet: Es ist die, die Sie freigeben.',
  beforeAt: (at) => `Vorher, wie es der Abruf des Engineers um ${at} ergab`,
  statement: 'Das sagt der Engineer. Kein Protokolleintrag enthält den Inhalt einer Antwort.',
  recordHash: (at) =>
    `Der Eintrag vom ${at} beweist es: Dieser Engineer hat diesen Pfad abgerufen, und die Antwort hatte die Prüfsumme dieses Textes.`,
  recordSame: (at) =>
    `Der Eintrag vom ${at} stimmt überein: Dieser Engineer hat diesen Pfad abgerufen, und die Antwort hatte ebenso viele Bytes.`,
  recordOther:
    'Der Eintrag, den der Engineer nennt, gehört zu einem anderen Aufruf oder zu einer Antwort anderer Größe.',
  recordNone: 'Den Eintrag, den der Engineer nennt, gibt es nicht.',
  noBefore: 'Der Engineer hat nicht gezeigt, was vorher da war.',
  value: 'Wert',
  before: 'Vorher',
  after: 'Nach der Änderung',
  unknown: 'nicht da oder nicht gezeigt',
  notNamed: 'nicht im neuen Inhalt',
  changed: 'geändert',
  added: 'neu',
  absent: 'weggelassen',
  same: 'gleich',
  unchanged: (count) => `${count} ${count === 1 ? 'Wert' : 'Werte'}, die der neue Inhalt unverändert nennt`,
  left: (count) => `${count} ${count === 1 ? 'Wert' : 'Werte'}, die der neue Inhalt nicht nennt`,
  texts: 'Diese Inhalte lassen sich nicht Wert für Wert vergleichen. Lesen Sie sie, wie sie sind.',
  wholeAfter: 'Der ganze neue Inhalt, Byte für Byte',
  wholeBefore: 'Der ganze Inhalt vorher',
  encoding: (name) => `Der Inhalt ist kodiert (${name}) und wird nicht gezeigt.`,
  follows: 'Vorgeschlagen zu einer früheren Anfrage dieses Engineers, die bleibt, wie sie ist:',
  followed: 'Die frühere Anfrage',
  proposed:
    'Änderungen, die der Engineer zu dieser Anfrage vorgeschlagen hat. Jede braucht ihre eigene Entscheidung:',
  proposedOne: 'Die Änderung',
};

export const exactChangeTexts: Catalogue<ExactChangeText> = { en, de };
