import type { KnownBlock } from '@slack/types';
import type { CardFacts } from '../facts.js';
import { aside, context, header, link, mrkdwn, paragraph, type Rendered } from './blocks.js';
import { stateSentence } from './conversation.js';
import type { HomeFacts } from './home.js';
import { requestUrl } from './request-card.js';
import { readerTime } from './text.js';
import { summaryLine } from './thread-lines.js';
import { wordsOf } from './words/index.js';

const MAX_ROWS = 10;

/** The answer to `/access list`: requests that wait for anyone, and access that is open. */
export function listMessage(home: HomeFacts, publicUrl: string): Rendered {
  const { waiting, pending, active } = home;
  const words = wordsOf(home);
  const open = (facts: CardFacts) =>
    mrkdwn(link(requestUrl(publicUrl, facts.request.id), words.buttons.open));
  const waits = [...waiting, ...pending];
  return {
    text: words.list.summary(waits.length, active.length),
    blocks: [
      header(words.list.waiting),
      ...rows(home, waits, words.list.nothingWaits, (facts) =>
        context(
          aside(`${summaryLine(facts)}: ${stateSentence(facts)}`),
          mrkdwn(`${words.digest.lapses} ${readerTime(facts.request.lapsesAt)}`),
          open(facts),
        ),
      ),
      header(words.list.open),
      ...rows(home, active, words.list.noneOpen, (facts) => {
        const endsAt = facts.grant?.endsAt ?? null;
        return context(
          aside(summaryLine(facts)),
          ...(endsAt === null ? [] : [mrkdwn(`${words.list.until} ${readerTime(endsAt)}`)]),
          open(facts),
        );
      }),
    ],
  };
}

function rows(
  home: HomeFacts,
  all: readonly CardFacts[],
  none: string,
  row: (facts: CardFacts) => KnownBlock,
): KnownBlock[] {
  if (all.length === 0) return [paragraph(none)];
  const left = all.length - MAX_ROWS;
  return [
    ...all.slice(0, MAX_ROWS).map(row),
    ...(left > 0 ? [paragraph(wordsOf(home).home.moreInBrowser(left))] : []),
  ];
}
