import type { Practice, PracticeCounts } from '@countersign/access';
import { layOut, type MailContent } from './layout.js';
import { oneLine, type Reader, writeInstant } from './text.js';
import { WORDS } from './words/index.js';
import type { PracticeMailKind } from './words/words.js';

/** Writes the mail about a practice of the approvers. It is answered on the page, like a real request. */
export function writePracticeMail(
  facts: { kind: PracticeMailKind; practice: Practice; counts: PracticeCounts; tenant: string; link: string },
  reader: Reader,
): MailContent {
  const { language } = reader;
  const { subject, sentence, note, labels, open, footer } = WORDS[language].practice;
  const { kind, practice, counts } = facts;
  const results: [string, string[]][] = [
    [labels.passed, [String(counts.passed)]],
    [labels.wrong, [String(counts.wrong)]],
    [labels.passkey, [String(counts['passkey-failed'])]],
    [labels.unanswered, [String(counts.unanswered)]],
  ];
  return layOut({
    language,
    subject: subject[kind](oneLine(facts.tenant)),
    sentence: sentence[kind](oneLine(facts.tenant)),
    rows: kind === 'practice.failed' ? results : [[labels.due, [writeInstant(practice.dueAt, reader)]]],
    notes: [note[kind]],
    link: facts.link,
    open,
    footer,
  });
}
