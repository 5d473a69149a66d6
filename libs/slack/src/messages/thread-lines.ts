import type { NoticeKind } from '@countersign/access';
import type { CardFacts } from '../facts.js';
import { isSlackKind, type SlackKind } from '../outbound/kinds.js';
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

/** What was said last, in one line; null if it was erased. */
function lastNote(
  { notes }: CardFacts,
  kind: CardFacts['notes'][number]['kind'],
  words: (who: string, to: string) => string,
): string | null {
  const note = notes.findLast((each) => each.kind === kind);
  if (note === undefined) return null;
  const said = words(shortName(note.name), shortName(note.toName));
  return note.text === null ? `${said}.` : `${said}: “${cut(oneLine(note.text), 600)}”`;
}

const calls = (count: number): string => (count === 1 ? '1 call' : `${count} calls`);

/** One sentence for each kind of notice that appears in the thread under a card. */
const LINES: Readonly<Record<SlackKind, Line>> = {
  'request.awaiting_vendor': ({ requester }) =>
    `${shortName(requester)} asked. It waits for the vendor’s review.`,
  'request.awaiting_customer': (facts) =>
    lastReview(facts, 'approve') ??
    `${shortName(facts.requester)} asked. It waits for the customer’s decision.`,
  'request.countered': (facts) => lastReview(facts, 'counter'),
  'request.approved': (facts) => lastReview(facts, 'approve') ?? 'It was approved.',
  'request.notifying': () =>
    'Everyone whose review is needed has approved. It begins once the customer has been notified.',
  'demand.opening': ({ requester }) =>
    `For an authority: ${shortName(requester)} gets access without your approval. You can stop it at once, on the page or here.`,
  'emergency.opening': ({ requester }) =>
    `Emergency: ${shortName(requester)} gets access without your approval. You can stop it at once, on the page or here.`,
  'disclosure.late': () => 'The vendor has not explained this emergency in time. The explanation is late.',
  'disclosure.given': () =>
    'The vendor has explained this emergency. Read it on the page, and acknowledge or dispute it.',
  'disclosure.acknowledged': () => 'The customer has acknowledged the explanation of this emergency.',
  'disclosure.disputed': () =>
    'The customer disputes the explanation of this emergency. The vendor has to explain again.',
  'request.denied': (facts) => {
    const reason = facts.reviews.findLast(({ decision }) => decision === 'deny')?.reason ?? null;
    const who = lastReview(facts, 'deny') ?? 'It was denied.';
    return reason === null || reason === '' ? who : `${who} “${cut(oneLine(reason), 600)}”`;
  },
  'request.expired': () => 'It lapsed: no one decided in time. Nothing was opened.',
  'request.cancelled': ({ requester }) => `${shortName(requester)} withdrew the request.`,
  // The card changes; the thread says nothing of what it showed.
  'request.erased': () => null,
  'request.asked': (facts) => lastNote(facts, 'question', (who) => `${who} asks`),
  'request.answered': (facts) => lastNote(facts, 'answer', (who) => `${who} answers`),
  'request.forwarded': (facts) => lastNote(facts, 'forward', (who, to) => `${who} forwarded it to ${to}`),
  'request.reminder': () => 'Half of the time to decide is over, and no one has decided yet.',
  'request.escalated': () => 'Three quarters of the time to decide are over. If no one decides, it lapses.',
  'request.stage-overdue': () => 'It has waited longer than your controls allow. Others may decide too now.',
  'grant.scheduled': ({ grant }) =>
    grant?.startsAt === null ? 'Access begins with the first use.' : 'Access is granted and begins later.',
  'grant.active': () => 'Access is open now.',
  'grant.ending': () => 'Access ends in a few minutes. If you need longer, ask now.',
  'grant.used': ({ grant }) =>
    grant === null
      ? null
      : grant.used.calls <= 1
        ? 'First use: 1 call so far.'
        : `${calls(grant.used.calls)} so far.`,
  'grant.refused': ({ grant }) =>
    grant === null ? null : `${calls(grant.refused)} refused so far: nothing outside the terms was reached.`,
  'grant.ended': ({ grant, endedBy }) =>
    grant === null
      ? null
      : `${END_REASON[grant.endReason ?? 'expired']}${endedBy === null ? '' : ` By ${shortName(endedBy)}.`} ${calls(grant.used.calls)} in all.`,
};

/** The time that belongs to a kind of notice. It appears beside the sentence. */
const CLOCKS: Readonly<
  Partial<Record<SlackKind, (facts: CardFacts) => readonly [words: string, at: string | null]>>
> = {
  'request.awaiting_customer': ({ request }) => ['It lapses', request.lapsesAt],
  'request.awaiting_vendor': ({ request }) => ['It lapses', request.lapsesAt],
  'request.reminder': ({ request }) => ['It lapses', request.lapsesAt],
  'request.escalated': ({ request }) => ['It lapses', request.lapsesAt],
  'request.stage-overdue': ({ request }) => ['It lapses', request.lapsesAt],
  'grant.scheduled': ({ grant }) => ['It begins', grant?.startsAt ?? null],
  'grant.active': ({ grant }) => ['Until', grant?.endsAt ?? null],
  'grant.ending': ({ grant }) => ['It ends', grant?.endsAt ?? null],
  'grant.ended': ({ grant }) => ['At', grant?.endedAt ?? null],
};

/** The thread's message for one notice; null if the notice has none. */
export function threadLine(kind: NoticeKind, facts: CardFacts): Rendered | null {
  if (!isSlackKind(kind)) return null;
  const sentence = LINES[kind](facts);
  if (sentence === null) return null;
  const [words, at] = CLOCKS[kind]?.(facts) ?? ['', null];
  const clock = at === null ? [] : [mrkdwn(`${words}: ${readerTime(at)}`)];
  return { text: inFallback(sentence), blocks: [context(aside(sentence), ...clock)] };
}

/** A request in one line: who, where, how long. */
export const summaryLine = ({ request, requester, tenant }: CardFacts): string =>
  `${shortName(requester)} → ${shortName(tenant)}, ${request.service}, ${durationText(request.terms.seconds)}`;

/** The digest lists this many requests and counts the rest. */
const MAX_LISTED = 15;

/** One message about every request that waits in a channel, the first to lapse first; null if none waits. */
export function reminderDigest(waiting: readonly CardFacts[], publicUrl: string): Rendered | null {
  if (waiting.length === 0) return null;
  const inOrder = [...waiting].sort((a, b) => (a.request.lapsesAt < b.request.lapsesAt ? -1 : 1));
  const words =
    waiting.length === 1
      ? 'One request waits for a decision'
      : `${waiting.length} requests wait for a decision`;
  const left = inOrder.length - MAX_LISTED;
  return {
    text: `${words}. Silence is a no: a request that no one decides lapses and opens nothing.`,
    blocks: [
      header(words),
      ...inOrder
        .slice(0, MAX_LISTED)
        .map((facts) =>
          context(
            aside(`◔ ${summaryLine(facts)}`),
            mrkdwn(`lapses ${readerTime(facts.request.lapsesAt)}`),
            mrkdwn(link(requestUrl(publicUrl, facts.request.id), 'Open')),
          ),
        ),
      ...(left > 0 ? [paragraph(`and ${left} more`)] : []),
      paragraph('A request that no one decides lapses and opens nothing.'),
    ],
  };
}
