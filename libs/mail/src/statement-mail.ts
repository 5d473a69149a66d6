import type { DailyStatementRow } from '@countersign/access';
import type { Language } from '@countersign/contract';
import { NOTICE_TEXTS } from '@countersign/wording';
import { layOut, type MailContent } from './layout.js';
import { oneLine } from './text.js';
import { WORDS } from './words/index.js';

/** Writes the mail about the statement of one UTC day. The signed statement itself is behind the link. */
export function writeStatementMail(
  facts: { statement: DailyStatementRow; tenant: string; link: string },
  language: Language,
): MailContent {
  const { subject, sentence } = NOTICE_TEXTS[language].kinds['log.statement'].mail;
  const words = WORDS[language].statement;
  const { day, accesses, isComplete, size, root } = facts.statement;
  return layOut({
    language,
    subject: subject(oneLine(facts.tenant), day, accesses),
    sentence: sentence(accesses, day),
    rows: [
      [words.labels.complete, [isComplete ? words.complete : words.incomplete]],
      [words.labels.log, [words.log(size, root)]],
    ],
    notes: [words.sealed],
    link: facts.link,
    open: words.open,
    footer: words.footer,
  });
}
