import type { ContextBlock } from '@slack/types';
import type { CardFacts } from '../read-facts.js';
import { aside, context, mrkdwn } from './block-parts.js';
import { readerTime } from './clocks.js';
import { cut, oneLine } from './text.js';
import { ASSURANCE, VENDORS_WORD } from './words.js';

type NamedReview = CardFacts['reviews'][number];

const LONGEST_NAME = 120;
/** A reason that stands under a seal; the whole one is on the page. */
const LONGEST_REASON = 400;

/** Who decided: the same words as on the pages. */
export function sealTitle({ decision, assurance, name }: NamedReview): string {
  const who = cut(oneLine(name), LONGEST_NAME);
  if (decision === 'deny') return `Denied by ${who}`;
  if (decision === 'counter') return `Less was offered by ${who}`;
  return assurance === 'passkey' ? `Countersigned by ${who} with a passkey` : `Approved by ${who}`;
}

/** On what it rests. */
export function sealGround({ side, assurance }: NamedReview): string {
  const isSigned = assurance === 'passkey';
  const word = side === 'customer' && !isSigned ? ` · ${VENDORS_WORD}` : '';
  return `for the ${side} · ${ASSURANCE[assurance]}${word}`;
}

/** The one ornament: who decided, when, and on what it rests. */
export function seal(review: NamedReview): ContextBlock {
  const mark = review.decision === 'deny' ? '⊖' : '⊛';
  return context(
    aside(`${mark} ${sealTitle(review)}`),
    mrkdwn(readerTime(review.at)),
    aside(sealGround(review)),
    ...(review.reason === null || review.reason === ''
      ? []
      : [aside(`“${cut(oneLine(review.reason), LONGEST_REASON)}”`)]),
  );
}
