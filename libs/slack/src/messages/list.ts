import type { KnownBlock } from '@slack/types';
import type { CardFacts } from '../facts.js';
import { aside, context, header, link, mrkdwn, paragraph, type Rendered } from './blocks.js';
import type { HomeFacts } from './home.js';
import { requestUrl } from './request-card.js';
import { readerTime } from './text.js';
import { oneLiner } from './thread-lines.js';
import { STANDING } from './words.js';

const MOST = 10;

/** What `/access list` answers: what waits, whoever's turn it is, and what is open. */
export function listMessage({ waiting, pending, active }: HomeFacts, publicUrl: string): Rendered {
  const open = (facts: CardFacts) => mrkdwn(link(requestUrl(publicUrl, facts.request.id), 'Open'));
  const waits = [...waiting, ...pending];
  return {
    text: `${waits.length} waiting, ${active.length} open`,
    blocks: [
      header('Waiting'),
      ...rows(waits, 'Nothing waits.', (facts) =>
        context(
          aside(`${oneLiner(facts)}: ${STANDING[facts.request.state]}`),
          mrkdwn(`lapses ${readerTime(facts.request.lapsesAt)}`),
          open(facts),
        ),
      ),
      header('Open'),
      ...rows(active, 'No access is open.', (facts) => {
        const endsAt = facts.grant?.endsAt ?? null;
        return context(
          aside(oneLiner(facts)),
          ...(endsAt === null ? [] : [mrkdwn(`until ${readerTime(endsAt)}`)]),
          open(facts),
        );
      }),
    ],
  };
}

function rows(all: readonly CardFacts[], none: string, row: (facts: CardFacts) => KnownBlock): KnownBlock[] {
  if (all.length === 0) return [paragraph(none)];
  const left = all.length - MOST;
  return [
    ...all.slice(0, MOST).map(row),
    ...(left > 0 ? [paragraph(`and ${left} more, in the browser`)] : []),
  ];
}
