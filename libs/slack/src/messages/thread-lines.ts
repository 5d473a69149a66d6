import type { NoticeKind, ReviewDecision } from '@countersign/contract';
import { durationText, supervisedText } from '@countersign/wording';
import type { CardFacts } from '../facts.js';
import { isSlackKind, type SlackKind } from '../outbound/kinds.js';
import { aside, context, header, link, mrkdwn, paragraph, type Rendered } from './blocks.js';
import { sealGround, sealTitle } from './grant-blocks.js';
import { requestUrl } from './request-card.js';
import { shortName } from './terms-rows.js';
import { cut, inFallback, oneLine, readerTime } from './text.js';
import { type Words, wordsOf } from './words/index.js';

type Line = (facts: CardFacts, words: Words) => string | null;

const lastReview = ({ reviews, language }: CardFacts, decision: ReviewDecision): string | null => {
  const last = reviews.findLast((review) => review.decision === decision);
  return last === undefined ? null : `${sealTitle(last, language)}, ${sealGround(last, language)}.`;
};

/** What was said last, in one line; null if it was erased. */
function lastNote(
  { notes }: CardFacts,
  kind: CardFacts['notes'][number]['kind'],
  words: (who: string, to: string) => string,
): string | null {
  const note = notes.findLast((each) => each.kind === kind);
  if (note === undefined) return null;
  const line = words(shortName(note.name), shortName(note.toName));
  return note.text === null ? `${line}.` : `${line}: “${cut(oneLine(note.text), 600)}”`;
}

/** The rule of supervision that was crossed, in words. */
function crossed({ crossing, language }: CardFacts, { thread }: Words): string {
  if (crossing === null) return thread.someRule;
  return thread.rule(oneLine(crossing.rule), crossing.side, supervisedText(crossing, language));
}

/** One sentence for each kind of notice that appears in the thread under a card. */
const LINES: Readonly<Record<SlackKind, Line>> = {
  'request.awaiting_vendor': ({ requester }, { thread }) => thread.waitsForVendor(shortName(requester)),
  'request.awaiting_customer': (facts, { thread }) =>
    lastReview(facts, 'approve') ?? thread.waitsForCustomer(shortName(facts.requester)),
  'request.countered': (facts) => lastReview(facts, 'counter'),
  'request.approved': (facts, { thread }) => lastReview(facts, 'approve') ?? thread.approved,
  'request.notifying': (_facts, { thread }) => thread.notifying,
  'demand.opening': ({ requester }, { thread }) => thread.demandOpening(shortName(requester)),
  'emergency.opening': ({ requester }, { thread }) => thread.emergencyOpening(shortName(requester)),
  'disclosure.late': (_facts, { thread }) => thread.disclosureLate,
  'disclosure.given': (_facts, { thread }) => thread.disclosureGiven,
  'disclosure.acknowledged': (_facts, { thread }) => thread.disclosureAcknowledged,
  'disclosure.disputed': (_facts, { thread }) => thread.disclosureDisputed,
  'request.denied': (facts, { thread }) => {
    const reason = facts.reviews.findLast(({ decision }) => decision === 'deny')?.reason ?? null;
    const who = lastReview(facts, 'deny') ?? thread.denied;
    return reason === null || reason === '' ? who : `${who} “${cut(oneLine(reason), 600)}”`;
  },
  'request.expired': (_facts, { thread }) => thread.expired,
  'request.cancelled': ({ requester }, { thread }) => thread.withdrew(shortName(requester)),
  // The card changes; the thread says nothing of what it showed.
  'request.erased': () => null,
  'request.outdated': (_facts, { outdated }) => outdated.rules,
  'request.asked': (facts, { thread }) => lastNote(facts, 'question', thread.asks),
  'request.answered': (facts, { thread }) => lastNote(facts, 'answer', thread.answers),
  'request.forwarded': (facts, { forwarded }) => lastNote(facts, 'forward', forwarded),
  'request.reminder': (_facts, { thread }) => thread.reminder,
  'request.escalated': (_facts, { thread }) => thread.escalated,
  'request.stage-overdue': (_facts, { thread }) => thread.overdue,
  'supervision.notified': (facts, words) => words.thread.noticed(crossed(facts, words)),
  'supervision.paused': (facts, words) => words.thread.paused(crossed(facts, words)),
  'supervision.resumed': (_facts, { thread }) => thread.resumed,
  'supervision.stopped': (facts, words) => words.thread.ruleStopped(crossed(facts, words)),
  'grant.scheduled': ({ grant }, { thread }) => (grant?.startsAt === null ? thread.firstUse : thread.later),
  'grant.active': (_facts, { thread }) => thread.open,
  'grant.ending': (_facts, { thread }) => thread.ending,
  'grant.used': ({ grant }, { thread }) => {
    if (grant === null) return null;
    return grant.used.calls <= 1 ? thread.firstCall : thread.calls(grant.used.calls);
  },
  'grant.refused': ({ grant }, { thread }) => (grant === null ? null : thread.refused(grant.refused)),
  'grant.ended': ({ grant, endedBy }, { thread, endReason, grant: words }) => {
    if (grant === null) return null;
    const by = endedBy === null ? '' : words.by(shortName(endedBy));
    return `${endReason[grant.endReason ?? 'expired']}${by} ${thread.inAll(grant.used.calls)}`;
  },
};

/** The time that belongs to a kind of notice. It appears beside the sentence. */
const CLOCKS: Readonly<
  Partial<
    Record<
      SlackKind,
      (facts: CardFacts, words: Words['thread']) => readonly [words: string, at: string | null]
    >
  >
> = {
  'request.awaiting_customer': ({ request }, words) => [words.lapsesAt, request.lapsesAt],
  'request.awaiting_vendor': ({ request }, words) => [words.lapsesAt, request.lapsesAt],
  'request.reminder': ({ request }, words) => [words.lapsesAt, request.lapsesAt],
  'request.escalated': ({ request }, words) => [words.lapsesAt, request.lapsesAt],
  'request.stage-overdue': ({ request }, words) => [words.lapsesAt, request.lapsesAt],
  'grant.scheduled': ({ grant }, words) => [words.beginsAt, grant?.startsAt ?? null],
  'grant.active': ({ grant }, words) => [words.until, grant?.endsAt ?? null],
  'grant.ending': ({ grant }, words) => [words.endsAt, grant?.endsAt ?? null],
  'grant.ended': ({ grant }, words) => [words.at, grant?.endedAt ?? null],
};

/** The thread's message for one notice; null if the notice has none. */
export function threadLine(kind: NoticeKind, facts: CardFacts): Rendered | null {
  if (!isSlackKind(kind)) return null;
  const catalogue = wordsOf(facts);
  const sentence = LINES[kind](facts, catalogue);
  if (sentence === null) return null;
  const [words, at] = CLOCKS[kind]?.(facts, catalogue.thread) ?? ['', null];
  const clock = at === null ? [] : [mrkdwn(`${words}: ${readerTime(at)}`)];
  return { text: inFallback(sentence), blocks: [context(aside(sentence), ...clock)] };
}

/** A request in one line: who, where, how long. */
export const summaryLine = ({ request, requester, tenant, language }: CardFacts): string =>
  `${shortName(requester)} → ${shortName(tenant)}, ${request.service}, ${durationText(request.terms.seconds, language)}`;

/** The digest lists this many requests and counts the rest. */
const MAX_LISTED = 15;

/** One message about every request that waits in a channel, the first to lapse first; null if none waits. */
export function reminderDigest(waiting: readonly CardFacts[], publicUrl: string): Rendered | null {
  const [first] = waiting;
  if (first === undefined) return null;
  const words = wordsOf(first);
  const inOrder = [...waiting].sort((a, b) => (a.request.lapsesAt < b.request.lapsesAt ? -1 : 1));
  const title = words.digest.title(waiting.length);
  const left = inOrder.length - MAX_LISTED;
  return {
    text: `${title}. ${words.digest.silence}`,
    blocks: [
      header(title),
      ...inOrder
        .slice(0, MAX_LISTED)
        .map((facts) =>
          context(
            aside(`◔ ${summaryLine(facts)}`),
            mrkdwn(`${words.digest.lapses} ${readerTime(facts.request.lapsesAt)}`),
            mrkdwn(link(requestUrl(publicUrl, facts.request.id), words.buttons.open)),
          ),
        ),
      ...(left > 0 ? [paragraph(words.andMore(left))] : []),
      paragraph(words.digest.rule),
    ],
  };
}
