import { checkMessageBlocks } from '../../../../test/fakes/slack/blocks/check.js';
import { isPageKind, type PageKind } from './kinds.js';
import { isPageNoticeObsolete, pageMessage } from './page-notices.js';

const KINDS: PageKind[] = [
  ...(['practice.opened', 'practice.due', 'practice.failed'] as const),
  ...(['access-review.opened', 'access-review.due'] as const),
  'account.notices-changed',
];

test.each(KINDS)(
  '%s is a message with one link to its page, in both languages, within Slack’s limits',
  (kind) => {
    expect(isPageKind(kind)).toBe(true);
    for (const language of ['en', 'de'] as const) {
      const message = pageMessage(kind, language, 'https://broker.example');
      checkMessageBlocks(message.blocks);
      const text = JSON.stringify(message);
      expect(text.match(/https:\/\/broker\.example\/(practice|access-review|account)/g)).toHaveLength(1);
      expect(text).not.toContain('"button"');
      if (kind.startsWith('practice.')) expect(message.text).toMatch(/^(Practice|Übung)/);
    }
  },
);

test.each<[string, PageKind, object, boolean]>([
  ['an approver who has not answered', 'practice.due', { result: null }, false],
  ['an approver who has answered', 'practice.due', { result: 'wrong' }, true],
  ['an approver whose practice ended', 'practice.opened', { result: 'unanswered' }, true],
  ['someone who has no part', 'practice.opened', { person: 'usr_2', result: null }, true],
  ['an admin, about a failure', 'practice.failed', { result: 'passed' }, false],
  ['an admin, while the review is open', 'access-review.due', { state: 'open' }, false],
  ['an admin, once the review is closed', 'access-review.due', { state: 'closed' }, true],
  ['whose choices changed', 'account.notices-changed', {}, false],
])('for %s, %s is obsolete or not', async (_who, kind, found, expected) => {
  const unit = {
    practices: { find: async () => found, requests: async () => [{ person: 'usr_1', ...found }] },
    accessReviews: { find: async () => found },
  } as unknown as Parameters<typeof isPageNoticeObsolete>[0];
  expect(await isPageNoticeObsolete(unit, { kind, subject: 'prc_1', person: 'usr_1' })).toBe(expected);
});
