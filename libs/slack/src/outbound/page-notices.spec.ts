import { checkMessageBlocks } from '../../../../test/fakes/slack/blocks/check.js';
import { isPageKind, type PageKind, pageMessage } from './page-notices.js';

const KINDS: PageKind[] = [
  ...(['practice.opened', 'practice.due', 'practice.failed'] as const),
  ...(['access-review.opened', 'access-review.due'] as const),
];

test.each(KINDS)(
  '%s is a message with one link to its page, in both languages, within Slack’s limits',
  (kind) => {
    expect(isPageKind(kind)).toBe(true);
    for (const language of ['en', 'de'] as const) {
      const message = pageMessage(kind, language, 'https://broker.example');
      checkMessageBlocks(message.blocks);
      const text = JSON.stringify(message);
      expect(text.match(/https:\/\/broker\.example\/(practice|access-review)/g)).toHaveLength(1);
      expect(text).not.toContain('"button"');
      if (kind.startsWith('practice.')) expect(message.text).toMatch(/^(Practice|Übung)/);
    }
  },
);
