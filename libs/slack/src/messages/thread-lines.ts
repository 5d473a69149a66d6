import type { NoticeKind, ReviewDecision } from '@countersign/contract';
import { durationText, NOTICE_TEXTS, supervisedText } from '@countersign/wording';
import type { CardFacts } from '../facts.js';
import { isSlackKind, type SlackKind } from '../outbound/kinds.js';
import { aside, context, header, link, mrkdwn, paragraph, type Rendered } from './blocks.js';
import { sealGround, sealTitle } from './grant-blocks.js';
import { requestUrl } from './request-card.js';
import { shortName } from './terms-rows.js';
import { cut, inFallback, oneLine, readerTime } from './text.js';
import { type Words, wordsOf } from './words/index.js';

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

/** Writes the line from facts of the card. `text` is the kind's own in `NOTICE_TEXTS`. */
type Line = (facts: CardFacts, text: string | null, words: Words) => string | null;

const unlessNoGrant: Line = ({ grant }, text) => (grant === null ? null : text);

/** The kinds whose line is more, or other, than their own text. */
const LINES: Readonly<Partial<Record<SlackKind, Line>>> = {
  'request.awaiting_customer': (facts, text) => lastReview(facts, 'approve') ?? text,
  'request.countered': (facts) => lastReview(facts, 'counter'),
  'request.approved': (facts, text) => lastReview(facts, 'approve') ?? text,
  'request.denied': (facts, text) => {
    const reason = facts.reviews.findLast(({ decision }) => decision === 'deny')?.reason ?? null;
    const who = lastReview(facts, 'deny') ?? text;
    return reason === null || reason === '' ? who : `${who} “${cut(oneLine(reason), 600)}”`;
  },
  'request.outdated': (_facts, _text, { outdated }) => outdated.rules,
  'request.asked': (facts, _text, { thread }) => lastNote(facts, 'question', thread.asks),
  'request.answered': (facts, _text, { thread }) => lastNote(facts, 'answer', thread.answers),
  'request.forwarded': (facts, _text, { forwarded }) => lastNote(facts, 'forward', forwarded),
  'grant.scheduled': ({ grant }, text, { thread }) => (grant?.startsAt === null ? thread.firstUse : text),
  'grant.used': unlessNoGrant,
  'grant.refused': unlessNoGrant,
  'grant.ended': ({ grant, endedBy }, _text, { thread, endReason, grant: words }) => {
    if (grant === null) return null;
    const by = endedBy === null ? '' : words.by(shortName(endedBy));
    return `${endReason[grant.endReason ?? 'expired']}${by} ${thread.inAll(grant.used.calls)}`;
  },
};

/** What the kind itself says in the thread; null if nothing. */
function ownText(kind: SlackKind, facts: CardFacts, words: Words): string | null {
  const { requester, grant, language } = facts;
  const { thread } = NOTICE_TEXTS[language].kinds[kind];
  if (typeof thread !== 'function') return thread;
  return thread({
    requester: shortName(requester),
    crossed: crossed(facts, words),
    calls: grant?.used.calls ?? 0,
    refused: grant?.refused ?? 0,
  });
}

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
  const text = ownText(kind, facts, catalogue);
  const sentence = LINES[kind] === undefined ? text : LINES[kind](facts, text, catalogue);
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
