import type { NoticeKind, ReadUnit } from '@countersign/access';
import type { Language } from '@countersign/wording';
import { context, header, link, mrkdwn, paragraph, type Rendered } from '../messages/blocks.js';
import { wordsOf } from '../messages/words/index.js';

/**
 * Kinds of notices that are a message with a link: the person acts on the page, because the action needs a passkey or a
 * stronger sign-in than a press in Slack. They go to each person directly.
 */
const PAGES = {
  'practice.opened': '/practice',
  'practice.due': '/practice',
  'practice.failed': '/practice',
  'access-review.opened': '/access-review',
  'access-review.due': '/access-review',
  'account.notices-changed': '/account',
} as const satisfies Partial<Record<NoticeKind, string>>;

/** Kinds of notices in this file. */
export type PageKind = keyof typeof PAGES;

/** Whether a notice is of one of these kinds. */
export const isPageKind = (kind: string): kind is PageKind => Object.hasOwn(PAGES, kind);

/** The message of one notice. A practice says in its heading that it is one. */
export function pageMessage(kind: PageKind, language: Language, publicUrl: string): Rendered {
  const { pages, openInBrowser } = wordsOf({ language });
  const { heading, text } = pages[kind];
  return {
    text: heading,
    blocks: [
      header(heading),
      paragraph(text),
      context(mrkdwn(link(`${publicUrl}${PAGES[kind]}`, openInBrowser))),
    ],
  };
}

/** Whether the notice no longer asks this person for anything. */
export async function isPageNoticeObsolete(
  unit: Pick<ReadUnit, 'practices' | 'accessReviews'>,
  { kind, subject, person }: { kind: PageKind; subject: string; person: string | null },
): Promise<boolean> {
  if (kind === 'access-review.opened' || kind === 'access-review.due')
    return (await unit.accessReviews.find(subject))?.state !== 'open';
  if (kind === 'account.notices-changed') return false;
  if (kind === 'practice.failed') return (await unit.practices.find(subject)) === null;
  const own = (await unit.practices.requests([subject])).find((each) => each.person === person);
  return own === undefined || own.result !== null;
}
