import type { AccessReview, ReviewCounts } from '@countersign/access';
import { layOut, type MailContent } from './layout.js';
import { oneLine, type Reader, writeInstant } from './text.js';
import { WORDS } from './words/index.js';
import type { ReviewMailKind } from './words/words.js';

/** Writes the mail about a quarterly access review. Nothing is decided from a mail; it carries one link. */
export function writeReviewMail(
  facts: { kind: ReviewMailKind; review: AccessReview; counts: ReviewCounts; tenant: string; link: string },
  reader: Reader,
): MailContent {
  const { language } = reader;
  const words = WORDS[language].review;
  const { kind, review, counts } = facts;
  const answered = counts.confirmed + counts.pruned;
  return layOut({
    language,
    subject: words.subject[kind](oneLine(facts.tenant)),
    sentence: words.sentence[kind](oneLine(facts.tenant)),
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
    notes: [words.note[kind]],
    link: facts.link,
    open: words.open,
    footer: words.footer,
  });
}
