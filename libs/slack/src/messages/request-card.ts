import { isOpen } from '@countersign/access';
import { durationText } from '@countersign/wording';
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
  changeBlocks,
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
import { cut, inFallback } from './text.js';
import { wordsOf } from './words/index.js';

export type { Audience } from './decide-buttons.js';

/** A card shows this much of a question and of an answer. */
const MAX_NOTE = 400;
/** A card shows this many decisions, the latest ones. */
const MAX_SEALS = 6;

export const requestUrl = (publicUrl: string, id: string): string => `${publicUrl}/requests/${id}`;

const heading = (facts: CardFacts): string =>
  wordsOf(facts).heading[facts.request.state](
    cut(shortName(facts.requester), 55),
    cut(shortName(facts.tenant), 55),
  );

/** The text for notifications and screen readers. */
export const fallback = (facts: CardFacts): string => {
  const { request, requester, tenant } = facts;
  const head = wordsOf(facts).heading[request.state](
    inFallback(shortName(requester)),
    inFallback(shortName(tenant)),
  );
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
      paragraph(wordsOf(facts).tooLong),
      ...grantBlocks(facts),
      ...(audience === 'approver' ? stopButtons(facts) : []),
      context(mrkdwn(link(url, wordsOf(facts).openInBrowser))),
    ],
  };
}

function cardBlocks(facts: CardFacts, audience: Audience, publicUrl: string, detail: Detail): KnownBlock[] {
  const { request, reviews } = facts;
  const url = requestUrl(publicUrl, request.id);
  const isUndecided = isOpen(request);
  const change = changeBlocks(facts);
  const isWhole = detail.entries >= request.terms.scope.length && change.isWhole;
  return [
    header(heading(facts)),
    paragraph(sentence(facts)),
    ...scopeBlocks(
      facts,
      request.terms,
      wordsOf(facts).labels.what,
      isUndecided ? detail.entries : Math.min(detail.entries, 5),
    ),
    ...whyBlocks(facts, isUndecided ? detail.reason : Math.min(detail.reason, 300)),
    ...askedRows(facts, request.terms),
    ...(isUndecided ? change.blocks : []),
    ...(isUndecided
      ? [
          ...riskRows(facts, audience === 'approver' ? 'customer' : 'vendor'),
          ...notIncludedBlocks(facts, detail.notIncluded),
        ]
      : []),
    ...(isUndecided && audience !== 'requester' ? denialBlocks(facts, detail.denials) : []),
    ...reviews.slice(-MAX_SEALS).map((review) => seal(review, facts.language)),
    ...offerBlocks(facts),
    ...conversationBlocks(facts, Math.min(detail.reason, MAX_NOTE)),
    section(mrkdwn(stateSentence(facts))),
    ...waitBlocks(facts),
    ...grantBlocks(facts, audience === 'requester'),
    ...pressable(facts, audience, publicUrl, isWhole),
    context(mrkdwn(link(url, wordsOf(facts).openInBrowser))),
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
function offerBlocks(facts: CardFacts): KnownBlock[] {
  const { offer, language } = facts;
  const words = wordsOf(facts);
  if (offer === null) return [];
  return [
    ...scopeBlocks(facts, offer.terms, words.labels.offered, 8),
    paragraph(words.offeredBy(durationText(offer.terms.seconds, language), shortName(offer.name))),
  ];
}

/** The engineer's own buttons: answer the question, accept the offer, or withdraw the request. */
export function requesterButtons(facts: CardFacts): KnownBlock[] {
  const { request, offer, language } = facts;
  const { buttons, confirm: asks } = wordsOf(facts);
  if (!isOpen(request)) return [];
  const withdraw = button(ACTIONS.withdraw, buttons.withdraw, {
    value: pressedValue({ request: request.id, digest: request.digest }),
    confirm: confirm(language, asks.withdraw),
  });
  if (facts.isOutdated)
    return [context(mrkdwn(wordsOf(facts).outdated)), ...actions('requester.own', [withdraw])];
  if (offer === null) return actions('requester.own', [...answerButtons(facts), withdraw]);
  const { scope, seconds } = offer.terms;
  const time = durationText(seconds, language);
  const accept = button(ACTIONS.accept, buttons.accept(time), {
    value: pressedValue({ request: request.id, digest: offer.digest }),
    style: 'primary',
    confirm: confirm(language, {
      ...asks.accept,
      text: asks.accept.text(scopePhrase(scope, 150, language), time),
    }),
  });
  return actions('requester.own', [accept, ...answerButtons(facts), withdraw]);
}
