import type { CardFacts } from '../facts.js';
import { aside, context, header, link, mrkdwn, paragraph, type Rendered } from './blocks.js';
import { sealGround, sealTitle } from './grant-blocks.js';
import { requestUrl } from './request-card.js';
import { shortName } from './terms-rows.js';
import { cut, durationText, inFallback, oneLine, readerTime } from './text.js';
import { END_REASON } from './words.js';

type Line = (facts: CardFacts) => string | null;

const lastReview = ({ reviews }: CardFacts, decision: 'approve' | 'deny' | 'counter'): string | null => {
  const last = reviews.findLast((review) => review.decision === decision);
  return last === undefined ? null : `${sealTitle(last)}, ${sealGround(last)}.`;
};

const calls = (count: number): string => (count === 1 ? '1 call' : `${count} calls`);

/** One sentence for each kind of notice that the thread under a card tells. */
const LINES: Readonly<Record<string, Line>> = {
  'request.awaiting_vendor': ({ requester }) =>
    `${shortName(requester)} asked. It waits for the vendor’s review.`,
  'request.awaiting_customer': (facts) =>
    lastReview(facts, 'approve') ??
    `${shortName(facts.requester)} asked. It waits for the customer’s decision.`,
  'request.countered': (facts) => lastReview(facts, 'counter'),
  'request.approved': (facts) => lastReview(facts, 'approve') ?? 'It was approved.',
  'request.denied': (facts) => {
    const reason = facts.reviews.findLast(({ decision }) => decision === 'deny')?.reason ?? null;
    const who = lastReview(facts, 'deny') ?? 'It was denied.';
    return reason === null || reason === '' ? who : `${who} “${cut(oneLine(reason), 600)}”`;
  },
  'request.expired': () => 'It lapsed: nobody decided in time. Nothing was opened.',
  'request.cancelled': ({ requester }) => `${shortName(requester)} took the request back.`,
  'request.reminder': () => 'Half of the time to decide is over, and nobody has decided yet.',
  'request.escalated': () => 'Three quarters of the time to decide are over. If nobody decides, it lapses.',
  'grant.scheduled': ({ grant }) =>
    grant?.startsAt === null ? 'Access begins with the first use.' : 'Access is granted and begins later.',
  'grant.active': () => 'Access is open now.',
  'grant.ending': () => 'Access ends in a few minutes. Who needs longer asks now.',
  'grant.used': ({ grant }) =>
    grant === null
      ? null
      : grant.used.calls <= 1
        ? 'First use: 1 call so far.'
        : `${calls(grant.used.calls)} so far.`,
  'grant.refused': ({ grant }) =>
    grant === null ? null : `${calls(grant.refused)} refused so far: nothing beyond the terms was reached.`,
  'grant.ended': ({ grant, endedBy }) =>
    grant === null
      ? null
      : `${END_REASON[grant.endReason ?? 'expired']}${endedBy === null ? '' : ` By ${shortName(endedBy)}.`} ${calls(grant.used.calls)} in all.`,
};

/** The clock that a kind of notice is about, beside its sentence. */
const CLOCKS: Readonly<Record<string, (facts: CardFacts) => readonly [words: string, at: string | null]>> = {
  'request.awaiting_customer': ({ request }) => ['It lapses', request.lapsesAt],
  'request.awaiting_vendor': ({ request }) => ['It lapses', request.lapsesAt],
  'request.reminder': ({ request }) => ['It lapses', request.lapsesAt],
  'request.escalated': ({ request }) => ['It lapses', request.lapsesAt],
  'grant.scheduled': ({ grant }) => ['It begins', grant?.startsAt ?? null],
  'grant.active': ({ grant }) => ['Until', grant?.endsAt ?? null],
  'grant.ending': ({ grant }) => ['It ends', grant?.endsAt ?? null],
  'grant.ended': ({ grant }) => ['At', grant?.endedAt ?? null],
};

/** What the thread tells of one notice; null for what it does not tell. */
export function threadLine(kind: string, facts: CardFacts): Rendered | null {
  const sentence = Object.hasOwn(LINES, kind) ? (LINES[kind]?.(facts) ?? null) : null;
  if (sentence === null) return null;
  const [words, at] = CLOCKS[kind]?.(facts) ?? ['', null];
  const clock = at === null ? [] : [mrkdwn(`${words}: ${readerTime(at)}`)];
  return { text: inFallback(sentence), blocks: [context(aside(sentence), ...clock)] };
}

/** What a reader of one's own list is told in a line: who, where, how long. */
export const oneLiner = ({ request, requester, tenant }: CardFacts): string =>
  `${shortName(requester)} → ${shortName(tenant)}, ${request.service}, ${durationText(request.terms.seconds)}`;

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
