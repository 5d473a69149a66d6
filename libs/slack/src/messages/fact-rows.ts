import { isOpen } from '@countersign/access';
import { needReasonText, type ReaderSide } from '@countersign/wording';
import type { KnownBlock } from '@slack/types';
import type { CardFacts } from '../facts.js';
import { mrkdwn, type Row, rows, value } from './blocks.js';
import { ticketText, wouldBegin, wouldEnd } from './terms-rows.js';
import { cut, lines, oneLine, readerTime } from './text.js';
import { wordsOf } from './words/index.js';

/** The four facts of a card: why, for which ticket, at what risk, and until when it can be decided. Once it is decided, the first two. */
export function factRows(facts: CardFacts, side: ReaderSide, mostWhy: number): KnownBlock[] {
  const { request, justification } = facts;
  const words = wordsOf(facts);
  const { labels } = words;
  const why = justification === null ? words.noReason : `“${cut(lines(justification), mostWhy, words.cut)}”`;
  const requestRows: Row[] = [
    [labels.why, value(why)],
    [labels.ticket, value(ticketText(facts))],
  ];
  if (!isOpen(request)) return rows(requestRows);
  const { impact } = request.needs;
  const reasons = impact.reasons.map((each) => needReasonText(each, side, facts.language)).join(' ');
  const risk = `${words.risk[impact.level]}: ${cut(oneLine(reasons), 300)}`;
  const begin = wouldBegin(request.terms, facts.language);
  const clocks = [
    readerTime(request.lapsesAt),
    ...(begin === null ? [] : [`${labels.wouldBegin}: ${begin}`]),
    `${labels.wouldEnd}: ${wouldEnd(request.terms, facts.language)}`,
  ];
  return rows([...requestRows, [labels.risk, value(risk)], [labels.lapses, mrkdwn(clocks.join('\n'))]]);
}
