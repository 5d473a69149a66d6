import type { KnownBlock } from '@slack/types';
import type { CardFacts } from '../facts.js';
import { aside, context, header, link, mrkdwn, paragraph, type Rendered } from './blocks.js';
import { stateSentence } from './conversation.js';
import type { HomeFacts } from './home.js';
import { requestUrl } from './request-card.js';
import { readerTime } from './text.js';
import { summaryLine } from './thread-lines.js';

const MAX_ROWS = 10;

/** The answer to `/access list`: requests that wait for anyone, and access that is open. */
export function listMessage({ waiting, pending, active }: HomeFacts, publicUrl: string): Rendered {
  const open = (facts: CardFacts) => mrkdwn(link(requestUrl(publicUrl, facts.request.id), 'Open'));
  const waits = [...waiting, ...pending];
  return {
    text: `${waits.length} waiting, ${active.length} open`,
    blocks: [
      header('Waiting'),
      ...rows(waits, 'Nothing is waiting.', (facts) =>
        context(
          aside(`${summaryLine(facts)}: ${stateSentence(facts)}`),
          mrkdwn(`lapses ${readerTime(facts.request.lapsesAt)}`),
          open(facts),
        ),
      ),
      header('Open'),
      ...rows(active, 'No access is open.', (facts) => {
        const endsAt = facts.grant?.endsAt ?? null;
        return context(
          aside(summaryLine(facts)),
          ...(endsAt === null ? [] : [mrkdwn(`until ${readerTime(endsAt)}`)]),
          open(facts),
        );
      }),
    ],
  };
}

function rows(all: readonly CardFacts[], none: string, row: (facts: CardFacts) => KnownBlock): KnownBlock[] {
  if (all.length === 0) return [paragraph(none)];
  const left = all.length - MAX_ROWS;
  return [
    ...all.slice(0, MAX_ROWS).map(row),
    ...(left > 0 ? [paragraph(`and ${left} more, in the browser`)] : []),
  ];
}
