import { isOpen } from '@countersign/access';
import type { KnownBlock } from '@slack/types';
import { ACTIONS } from '../action-ids.js';
import type { CardFacts } from '../facts.js';
import { pressedValue } from '../pressed.js';
import {
  actions,
  button,
  bytesOf,
  confirm,
  context,
  header,
  link,
  mrkdwn,
  paragraph,
  type Rendered,
  section,
} from './blocks.js';
import { type Audience, decideButtons, stopButtons } from './decide-buttons.js';
import { grantBlocks, seal, workBlocks } from './grant-blocks.js';
import { LIMITS } from './limits.js';
import {
  askedRows,
  DETAILS,
  type Detail,
  denialBlocks,
  notIncludedBlocks,
  riskRows,
  scopeBlocks,
  scopePhrase,
  sentence,
  shortName,
  whyBlocks,
} from './terms-rows.js';
import { cut, durationText, inFallback } from './text.js';
import { HEADING, LABELS, STANDING, TEXTS } from './words.js';

export type { Audience } from './decide-buttons.js';

/** So many decisions are shown, the last ones. */
const MOST_SEALS = 6;

export const requestUrl = (publicUrl: string, id: string): string => `${publicUrl}/requests/${id}`;

const heading = ({ request, requester, tenant }: CardFacts): string =>
  HEADING[request.state](cut(shortName(requester), 55), cut(shortName(tenant), 55));

/** One sentence for notifications and for readers of the screen. */
export const fallback = ({ request, requester, tenant }: CardFacts): string =>
  `${HEADING[request.state](inFallback(shortName(requester)), inFallback(shortName(tenant)))}. ${STANDING[request.state]}`;

/**
 * The card of one request: who wants what, how long and why, what is not included, when it lapses, and what this
 * reader may press. Once it is decided, who decided, when and how, and nothing to press but Stop access while
 * access lives. It says as much as a message may hold, and where something is cut it says so.
 */
export function requestCard(facts: CardFacts, audience: Audience, publicUrl: string): Rendered {
  const text = cut(fallback(facts), LIMITS.message.text);
  for (const detail of DETAILS) {
    const blocks = cardBlocks(facts, audience, publicUrl, detail);
    if (bytesOf(blocks) <= LIMITS.message.bytes) return { text, blocks };
  }
  const url = requestUrl(publicUrl, facts.request.id);
  return {
    text,
    blocks: [
      header(heading(facts)),
      paragraph(TEXTS.tooLong),
      ...grantBlocks(facts),
      ...(audience === 'approver' ? stopButtons(facts) : []),
      context(mrkdwn(link(url, TEXTS.openInBrowser))),
    ],
  };
}

function cardBlocks(facts: CardFacts, audience: Audience, publicUrl: string, detail: Detail): KnownBlock[] {
  const { request, reviews } = facts;
  const url = requestUrl(publicUrl, request.id);
  const isUndecided = isOpen(request);
  const isWhole = detail.entries >= request.terms.scope.length;
  return [
    header(heading(facts)),
    paragraph(sentence(facts)),
    ...scopeBlocks(request.terms, LABELS.what, isUndecided ? detail.entries : Math.min(detail.entries, 5)),
    ...whyBlocks(facts, isUndecided ? detail.reason : Math.min(detail.reason, 300)),
    ...askedRows(facts, request.terms),
    ...(isUndecided ? [...riskRows(facts), ...notIncludedBlocks(facts, detail.notIncluded)] : []),
    ...(isUndecided && audience !== 'requester' ? denialBlocks(facts, detail.denials) : []),
    ...reviews.slice(-MOST_SEALS).map(seal),
    ...offerBlocks(facts),
    section(mrkdwn(STANDING[request.state])),
    ...grantBlocks(facts, audience === 'requester'),
    ...pressable(facts, audience, publicUrl, isWhole),
    context(mrkdwn(link(url, TEXTS.openInBrowser))),
  ];
}

function pressable(facts: CardFacts, audience: Audience, publicUrl: string, isWhole: boolean): KnownBlock[] {
  if (audience === 'requester') return [...requesterButtons(facts), ...workBlocks(facts, publicUrl)];
  const url = requestUrl(publicUrl, facts.request.id);
  return [
    ...decideButtons(facts, audience, url, isWhole),
    ...(audience === 'approver' ? stopButtons(facts) : []),
  ];
}

/** What the customer would grant instead. */
function offerBlocks({ offer }: CardFacts): KnownBlock[] {
  if (offer === null) return [];
  return [
    ...scopeBlocks(offer.terms, LABELS.offered, 8),
    paragraph(`For ${durationText(offer.terms.seconds)}. Offered by ${shortName(offer.name)}.`),
  ];
}

/** The engineer's own: accept what was offered, or take the request back. */
export function requesterButtons({ request, offer }: CardFacts): KnownBlock[] {
  if (!isOpen(request)) return [];
  const withdraw = button(ACTIONS.withdraw, 'Take the request back', {
    value: pressedValue({ request: request.id, digest: request.digest }),
    confirm: confirm('Take the request back?', 'Nobody decides it then. Nothing is opened.', 'Take it back'),
  });
  if (offer === null) return actions('requester.own', [withdraw]);
  const { scope, seconds } = offer.terms;
  const accept = button(ACTIONS.accept, `Accept for ${durationText(seconds)}`, {
    value: pressedValue({ request: request.id, digest: offer.digest }),
    style: 'primary',
    confirm: confirm(
      'Accept what is offered?',
      `You may then ${scopePhrase(scope, 150)} for ${durationText(seconds)}, and no more.`,
      'Accept',
    ),
  });
  return actions('requester.own', [accept, withdraw]);
}
