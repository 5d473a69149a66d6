import type { Catalogue } from '../../text/languages.js';
import type { Mismatch } from './compare.js';

const en = {
  title: 'Checked against the log',
  working: 'This browser checks the receipt against the log …',
  cannot:
    'This receipt was not checked: your role may not read the whole log. The customer’s people and auditors can.',
  again: 'Check again',
  ok: (leaves: string, size: string) =>
    `This receipt says what the log says: ${leaves} leaves of ${size}, checked in this browser`,
  checked: 'What was checked',
  checks: {
    leaves: (leaves: string, size: string) =>
      `Each of the ${leaves} leaves about this access stands in the log of ${size} leaves, at its place.`,
    checkpoint: 'The log’s newest checkpoint is signed by its key.',
    continues: (size: string) =>
      `That checkpoint continues the ${size} leaves that this browser had verified.`,
    calls:
      'Every call above, and how it ended, is as the log has it. The log has no other call of this access.',
    terms:
      'The scope, the requester, the reason and the ticket are those whose digest was granted. Beginning, end and reviews are as the log has them.',
    signed: (names: string) => `Signed with a passkey of the trust document in force: ${names}.`,
    trust: (hash: string) => `That trust document has the fingerprint ${hash}.`,
  },
  notChecked: 'What was not checked',
  gaps: {
    truth: 'Whether something was done that no gateway recorded.',
    paths:
      'The full paths of the calls: the log has commitments to them. A leaf in Activity shows its values.',
    key: 'Whether the log’s key is genuine: the server gave it. Verify once with your anchor file on the page Proof.',
    whole: 'The rest of the log. The page Proof checks all of it.',
    unknown: (count: string) =>
      `Countersignatures whose passkeys are not in the trust document in force: ${count}.`,
    word: 'Who approved: without a countersignature that is the vendor’s word.',
    chain:
      'Whether the trust document is the one that your people signed. Compare its fingerprint with your anchor file and the page Trust.',
    page: 'This page itself: it comes from the vendor’s server.',
  },
  bad: 'This receipt does not say what the log says',
  mismatch: {
    call: 'A call, or how it ended, is shown otherwise than the log has it.',
    call_hidden: 'The log has a call that this receipt does not show.',
    call_added: 'This receipt shows a call that the log does not have.',
    window: 'The beginning or the planned end is shown otherwise than the log has it.',
    end: 'How the access ended is shown otherwise than the log has it.',
    review: 'A review is shown otherwise than the log has it.',
    review_added: 'This receipt shows a review that the log does not have.',
    terms: 'The terms that are shown are not those whose digest was granted.',
    reason: 'The reason or the ticket is not the one that the terms commit to.',
  } satisfies Record<Mismatch['what'], string>,
  atLeaf: (index: string) => `See leaf ${index}.`,
  badSignature: (who: string, reason: string) => `The countersignature of ${who} is not valid (${reason}).`,
};

const de: typeof en = {
  title: 'Gegen das Protokoll geprüft',
  working: 'Dieser Browser prüft den Beleg gegen das Protokoll …',
  cannot:
    'Dieser Beleg wurde nicht geprüft: Ihre Rolle darf nicht das ganze Protokoll lesen. Das dürfen die Personen des Kunden und Prüfer.',
  again: 'Noch einmal prüfen',
  ok: (leaves, size) =>
    `Dieser Beleg stimmt mit dem Protokoll überein: ${leaves} von ${size} Einträgen, in diesem Browser geprüft`,
  checked: 'Was geprüft wurde',
  checks: {
    leaves: (leaves, size) =>
      `Jeder der ${leaves} Einträge zu diesem Zugriff steht an seiner Stelle im Protokoll von ${size} Einträgen.`,
    checkpoint: 'Der neueste Prüfpunkt des Protokolls ist mit dessen Schlüssel unterschrieben.',
    continues: (size) =>
      `Dieser Prüfpunkt setzt die ${size} Einträge fort, die dieser Browser geprüft hatte.`,
    calls:
      'Jeder Aufruf oben und sein Ausgang sind so, wie das Protokoll sie hat. Das Protokoll hat keinen weiteren Aufruf dieses Zugriffs.',
    terms:
      'Umfang, Person, Grund und Ticket sind die, deren Prüfsumme freigegeben wurde. Beginn, Ende und Prüfungen sind so, wie das Protokoll sie hat.',
    signed: (names) => `Mit einem Passkey des geltenden Vertrauensdokuments unterschrieben: ${names}.`,
    trust: (hash) => `Dieses Vertrauensdokument hat den Fingerabdruck ${hash}.`,
  },
  notChecked: 'Was nicht geprüft wurde',
  gaps: {
    truth: 'Ob etwas getan wurde, das kein Gateway aufgezeichnet hat.',
    paths:
      'Die vollständigen Pfade der Aufrufe: Im Protokoll stehen nur Festlegungen (Commitments). Ein Eintrag unter Aktivität zeigt seine Werte.',
    key: 'Ob der Schlüssel des Protokolls echt ist: Der Server hat ihn genannt. Prüfen Sie einmal mit Ihrer Ankerdatei auf der Seite Beweis.',
    whole: 'Der Rest des Protokolls. Die Seite Beweis prüft es ganz.',
    unknown: (count) =>
      `Gegenzeichnungen, deren Passkeys nicht im geltenden Vertrauensdokument stehen: ${count}.`,
    word: 'Wer freigegeben hat: Ohne Gegenzeichnung ist das das Wort des Anbieters.',
    chain:
      'Ob das Vertrauensdokument das ist, das Ihre Personen unterschrieben haben. Vergleichen Sie den Fingerabdruck mit Ihrer Ankerdatei und der Seite Vertrauen.',
    page: 'Diese Seite selbst: Sie kommt vom Server des Anbieters.',
  },
  bad: 'Dieser Beleg stimmt nicht mit dem Protokoll überein',
  mismatch: {
    call: 'Ein Aufruf oder sein Ausgang ist anders gezeigt, als das Protokoll ihn hat.',
    call_hidden: 'Das Protokoll hat einen Aufruf, den dieser Beleg nicht zeigt.',
    call_added: 'Dieser Beleg zeigt einen Aufruf, den das Protokoll nicht hat.',
    window: 'Beginn oder geplantes Ende sind anders gezeigt, als das Protokoll sie hat.',
    end: 'Wie der Zugriff endete, ist anders gezeigt, als das Protokoll es hat.',
    review: 'Eine Prüfung ist anders gezeigt, als das Protokoll sie hat.',
    review_added: 'Dieser Beleg zeigt eine Prüfung, die das Protokoll nicht hat.',
    terms: 'Die gezeigten Bedingungen sind nicht die, deren Prüfsumme freigegeben wurde.',
    reason: 'Grund oder Ticket sind nicht die, auf die die Bedingungen festgelegt sind.',
  },
  atLeaf: (index) => `Siehe Eintrag ${index}.`,
  badSignature: (who, reason) => `Die Gegenzeichnung von ${who} ist nicht gültig (${reason}).`,
};

export const receiptProofTexts: Catalogue<typeof en> = { en, de };
