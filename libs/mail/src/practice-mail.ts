import type { Practice, PracticeCounts } from '@countersign/access';
import type { MailedKind } from '@countersign/contract';
import { NOTICE_TEXTS } from '@countersign/wording';
import { layOut, type MailContent } from './layout.js';
import { oneLine, type Reader, writeInstant } from './text.js';
import { WORDS } from './words/index.js';

/** Writes the mail about a practice of the approvers. It is answered on the page, like a real request. */
export function writePracticeMail(
  facts: {
    kind: MailedKind<'practice'>;
    practice: Practice;
    counts: PracticeCounts;
    tenant: string;
    link: string;
  },
  reader: Reader,
): MailContent {
  const { language } = reader;
  const { labels, open, footer } = WORDS[language].practice;
  const { kind, practice, counts } = facts;
  const { subject, sentence, note } = NOTICE_TEXTS[language].kinds[kind].mail;
  const results: [string, string[]][] = [
    [labels.passed, [String(counts.passed)]],
    [labels.wrong, [String(counts.wrong)]],
    [labels.passkey, [String(counts['passkey-failed'])]],
    [labels.unanswered, [String(counts.unanswered)]],
  ];
  return layOut({
    language,
    subject: subject(oneLine(facts.tenant)),
    sentence: sentence(oneLine(facts.tenant)),
    rows: kind === 'practice.failed' ? results : [[labels.due, [writeInstant(practice.dueAt, reader)]]],
    notes: [note],
    link: facts.link,
    open,
    footer,
  });
}
