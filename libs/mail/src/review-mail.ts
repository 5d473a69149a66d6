import type { AccessReview, ReviewCounts } from '@countersign/access';
import type { MailedKind } from '@countersign/contract';
import { NOTICE_TEXTS } from '@countersign/wording';
import { layOut, type MailContent } from './layout.js';
import { oneLine, type Reader, writeInstant } from './text.js';
import { WORDS } from './words/index.js';

/** Writes the mail about a quarterly access review. Nothing is decided from a mail; it carries one link. */
export function writeReviewMail(
  facts: {
    kind: MailedKind<'review'>;
    review: AccessReview;
    counts: ReviewCounts;
    tenant: string;
    link: string;
  },
  reader: Reader,
): MailContent {
  const { language } = reader;
  const words = WORDS[language].review;
  const { kind, review, counts } = facts;
  const { subject, sentence, note } = NOTICE_TEXTS[language].kinds[kind].mail;
  const answered = counts.confirmed + counts.pruned;
  return layOut({
    language,
    subject: subject(oneLine(facts.tenant)),
    sentence: sentence(oneLine(facts.tenant)),
    rows: [
      [words.labels.quarter, [review.quarter]],
      ...(kind === 'access-review.closed'
        ? ([
            [words.labels.answered, [String(answered)]],
            [words.labels.lapsed, [String(counts.lapsed)]],
            [words.labels.kept, [String(counts.kept)]],
          ] satisfies [string, string[]][])
        : ([
            [words.labels.open, [String(counts.open)]],
            [words.labels.due, [writeInstant(review.dueAt, reader)]],
          ] satisfies [string, string[]][])),
    ],
    notes: [note],
    link: facts.link,
    open: words.open,
    footer: words.footer,
  });
}
