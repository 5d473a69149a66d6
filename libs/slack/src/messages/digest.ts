import type { CardFacts } from '../read-facts.js';
import { aside, context, header, link, mrkdwn, paragraph, type Rendered } from './block-parts.js';
import { readerTime } from './clocks.js';
import { requestUrl } from './request-card.js';
import { oneLiner } from './thread-lines.js';

/** More than so many are counted. */
const MOST = 15;

/** One message of all that waits in a channel, the first to lapse first; null where nothing does. */
export function reminderDigest(waiting: readonly CardFacts[], publicUrl: string): Rendered | null {
  if (waiting.length === 0) return null;
  const inOrder = [...waiting].sort((a, b) => (a.request.lapsesAt < b.request.lapsesAt ? -1 : 1));
  const words =
    waiting.length === 1
      ? 'One request waits for a decision'
      : `${waiting.length} requests wait for a decision`;
  const left = inOrder.length - MOST;
  return {
    text: `${words}. Silence is a no: what nobody decides lapses and opens nothing.`,
    blocks: [
      header(words),
      ...inOrder
        .slice(0, MOST)
        .map((facts) =>
          context(
            aside(`◔ ${oneLiner(facts)}`),
            mrkdwn(`lapses ${readerTime(facts.request.lapsesAt)}`),
            mrkdwn(link(requestUrl(publicUrl, facts.request.id), 'Open')),
          ),
        ),
      ...(left > 0 ? [paragraph(`and ${left} more`)] : []),
      paragraph('What nobody decides lapses and opens nothing.'),
    ],
  };
}
