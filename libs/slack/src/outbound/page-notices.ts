import type { ReadUnit } from '@countersign/access';
import { isMailedAs, type Language, NOTICES } from '@countersign/contract';
import { NOTICE_TEXTS } from '@countersign/wording';
import { context, header, link, mrkdwn, paragraph, type Rendered } from '../messages/blocks.js';
import { wordsOf } from '../messages/words/index.js';
import type { PageKind } from './kinds.js';

/** The message of one notice. A practice says in its heading that it is one. */
export function pageMessage(kind: PageKind, language: Language, publicUrl: string): Rendered {
  const { openInBrowser } = wordsOf({ language });
  const { heading, text } = NOTICE_TEXTS[language].kinds[kind].slack;
  return {
    text: heading,
    blocks: [
      header(heading),
      paragraph(text),
      context(mrkdwn(link(`${publicUrl}${NOTICES[kind].page}`, openInBrowser))),
    ],
  };
}

/** Whether the notice no longer asks this person for anything. */
export async function isPageNoticeObsolete(
  unit: Pick<ReadUnit, 'practices' | 'accessReviews'>,
  { kind, subject, person }: { kind: PageKind; subject: string; person: string | null },
): Promise<boolean> {
  if (isMailedAs(kind, 'review')) return (await unit.accessReviews.find(subject))?.state !== 'open';
  if (!isMailedAs(kind, 'practice')) return false;
  if (kind === 'practice.failed') return (await unit.practices.find(subject)) === null;
  const own = (await unit.practices.requests([subject])).find((each) => each.person === person);
  return own === undefined || own.result !== null;
}
