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
import { answerButtons, conversationBlocks, stateSentence, waitBlocks } from './conversation.js';
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
import { HEADING, LABELS, TEXTS } from './words.js';

export type { Audience } from './decide-buttons.js';

/** A card shows this much of a question and of an answer. */
const MAX_NOTE = 400;
/** A card shows this many decisions, the latest ones. */
const MAX_SEALS = 6;

export const requestUrl = (publicUrl: string, id: string): string => `${publicUrl}/requests/${id}`;

const heading = ({ request, requester, tenant }: CardFacts): string =>
  HEADING[request.state](cut(shortName(requester), 55), cut(shortName(tenant), 55));

/** The text for notifications and screen readers. */
export const fallback = (facts: CardFacts): string => {
  const { request, requester, tenant } = facts;
  const head = HEADING[request.state](inFallback(shortName(requester)), inFallback(shortName(tenant)));
  return `${head}. ${stateSentence(facts)}`;
};

/**
 * The card of one request: who wants what, for how long and why, what is not included, when it lapses, and the buttons
 * of this audience. After the decision it shows who decided, when and how; the customer's only button is then Stop access,
 * until the grant ends. The card shows as much as fits in a message, and says so if it cuts something.
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
    ...reviews.slice(-MAX_SEALS).map(seal),
    ...offerBlocks(facts),
    ...conversationBlocks(facts, Math.min(detail.reason, MAX_NOTE)),
    section(mrkdwn(stateSentence(facts))),
    ...waitBlocks(facts),
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

/** The customer's counter-offer. */
function offerBlocks({ offer }: CardFacts): KnownBlock[] {
  if (offer === null) return [];
  return [
    ...scopeBlocks(offer.terms, LABELS.offered, 8),
    paragraph(`For ${durationText(offer.terms.seconds)}. Offered by ${shortName(offer.name)}.`),
  ];
}

/** The engineer's own buttons: answer the question, accept the offer, or withdraw the request. */
export function requesterButtons(facts: CardFacts): KnownBlock[] {
  const { request, offer } = facts;
  if (!isOpen(request)) return [];
  const withdraw = button(ACTIONS.withdraw, 'Withdraw the request', {
    value: pressedValue({ request: request.id, digest: request.digest }),
    confirm: confirm('Withdraw the request?', 'No one can decide it then. Nothing is opened.', 'Withdraw'),
  });
  if (offer === null) return actions('requester.own', [...answerButtons(facts), withdraw]);
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
  return actions('requester.own', [accept, ...answerButtons(facts), withdraw]);
}
