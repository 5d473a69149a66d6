import { isOpen } from '@countersign/access';
import { durationText, withHiddenFields } from '@countersign/wording';
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
import { factRows } from './fact-rows.js';
import { grantBlocks, seal, workBlocks } from './grant-blocks.js';
import { LIMITS } from './limits.js';
import {
  changeBlocks,
  DETAILS,
  type Detail,
  furtherRows,
  offeredFieldsBlocks,
  scopeBlocks,
  scopePhrase,
  sentence,
  shortName,
  shownFields,
} from './terms-rows.js';
import { cut, inFallback } from './text.js';
import { wordsOf } from './words/index.js';

export type { Audience } from './decide-buttons.js';

/** A card shows this much of a question and of an answer. */
const MAX_NOTE = 400;
/** A card shows this many decisions, the latest ones. */
const MAX_SEALS = 6;

export const requestUrl = (publicUrl: string, id: string): string => `${publicUrl}/requests/${id}`;

/** The title follows the state of the request and, once there is a grant, whether calls pass now. */
function title(facts: CardFacts, who: string, tenant: string): string {
  const { heading, granted } = wordsOf(facts);
  const { request, grant, access } = facts;
  return grant === null || access === null
    ? heading[request.state](who, tenant)
    : granted[access](who, tenant);
}

const heading = (facts: CardFacts): string =>
  title(facts, cut(shortName(facts.requester), 55), cut(shortName(facts.tenant), 55));

/** The text for notifications and screen readers. */
export const fallback = (facts: CardFacts): string => {
  const head = title(facts, inFallback(shortName(facts.requester)), inFallback(shortName(facts.tenant)));
  const fields = isOpen(facts.request) ? shownFields(facts) : '';
  return `${head}. ${fields === '' ? '' : `${inFallback(fields)} `}${stateSentence(facts)}`;
};

/**
 * The card of one request: one sentence, four facts, how it stands, and the buttons of this audience. Everything else is behind the
 * button for details. After the decision it shows who decided, when and how; the customer's only button to act is then Stop access,
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

/** Up to this many entries of the scope are in the sentence. If there are more, the card lists each one. */
const IN_SENTENCE = 3;
const MAX_WHY = 300;

function cardBlocks(facts: CardFacts, audience: Audience, publicUrl: string, detail: Detail): KnownBlock[] {
  const { request, reviews } = facts;
  const url = requestUrl(publicUrl, request.id);
  const isUndecided = isOpen(request);
  const change = changeBlocks(facts);
  const { scope } = request.terms;
  const fields = shownFields(facts);
  const isWhole = detail.entries >= scope.length && change.isWhole;
  const isListed = isUndecided && (scope.length > IN_SENTENCE || sentence(facts).length > MAX_SENTENCE);
  const buttons = pressable(facts, audience, publicUrl, isWhole);
  return [
    header(heading(facts)),
    paragraph(sentence(facts)),
    ...(fields === '' ? [] : [paragraph(`⚠ ${cut(fields, 600)}`)]),
    ...(isListed ? scopeBlocks(facts, request.terms, wordsOf(facts).labels.what, detail.entries) : []),
    ...factRows(facts, audience === 'approver' ? 'customer' : 'vendor', Math.min(detail.reason, MAX_WHY)),
    ...(isUndecided ? [...furtherRows(facts), ...change.blocks] : []),
    ...reviews.slice(-MAX_SEALS).map((review) => seal(review, facts.language)),
    ...offerBlocks(facts),
    ...conversationBlocks(facts, Math.min(detail.reason, MAX_NOTE)),
    section(mrkdwn(stateSentence(facts))),
    ...waitBlocks(facts),
    ...grantBlocks(facts, audience === 'requester'),
    ...buttons,
    ...detailsButton(facts, audience),
    ...(hasButton(buttons, ACTIONS.open) ? [] : [context(mrkdwn(link(url, wordsOf(facts).openInBrowser)))]),
  ];
}

/** A card whose buttons lead to the browser has no link that leads there a second time. */
const hasButton = (blocks: readonly KnownBlock[], action: string): boolean =>
  blocks.some(
    (block) =>
      block.type === 'actions' &&
      block.elements.some((each) => each.type === 'button' && each.action_id === action),
  );

/** In characters. A longer sentence may have been cut, so the card lists the scope too. */
const MAX_SENTENCE = 600;

const detailsButton = (facts: CardFacts, audience: Audience): KnownBlock[] => {
  const { id: request, digest } = facts.request;
  const words = wordsOf(facts).buttons.details;
  return actions(`${audience}.more`, [
    button(ACTIONS.details, words, { value: pressedValue({ request, digest }) }),
  ]);
};

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
    ...offeredFieldsBlocks(facts, offer.terms),
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
  if (facts.outdated !== null)
    return [
      context(mrkdwn(wordsOf(facts).outdated[facts.outdated])),
      ...actions('requester.own', [withdraw]),
    ];
  if (offer === null) return actions('requester.own', [...answerButtons(facts), withdraw]);
  const { scope, seconds } = offer.terms;
  const time = durationText(seconds, language);
  const accept = button(ACTIONS.accept, buttons.accept(time), {
    value: pressedValue({ request: request.id, digest: offer.digest }),
    style: 'primary',
    confirm: confirm(language, {
      ...asks.accept,
      text: asks.accept.text(
        withHiddenFields(scopePhrase(scope, 110, language), offer.terms, language),
        time,
      ),
    }),
  });
  return actions('requester.own', [accept, ...answerButtons(facts), withdraw]);
}
