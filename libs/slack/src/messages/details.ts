import { isOpen } from '@countersign/access';
import { MAX_SCOPE_ENTRIES } from '@countersign/contract';
import { MEMBER_LABELS } from '@countersign/wording';
import type { ModalView } from '@slack/types';
import type { CardFacts } from '../facts.js';
import { context, link, mrkdwn, paragraph, section } from './blocks.js';
import { conversationBlocks, stateSentence, waitBlocks } from './conversation.js';
import type { Audience } from './decide-buttons.js';
import { grantBlocks, seal } from './grant-blocks.js';
import { plainView } from './modals.js';
import {
  askedRows,
  changeBlocks,
  denialBlocks,
  notIncludedBlocks,
  riskRows,
  scopeBlocks,
  sentence,
  whyBlocks,
} from './terms-rows.js';
import { wordsOf } from './words/index.js';

const MAX_REASON = 2_500;
const MAX_NOTE = 1_000;
const MAX_LINES = 20;
const MAX_DENIALS = 5;
const MAX_SEALS = 10;

/** Everything about a request that its card leaves out. It has nothing to press: the card has the buttons. */
export function detailsView(facts: CardFacts, audience: Audience, url: string): ModalView {
  const { request, reviews, language } = facts;
  const words = wordsOf(facts);
  const isUndecided = isOpen(request);
  return plainView(language, words.form.details.title, [
    paragraph(sentence(facts)),
    ...scopeBlocks(facts, request.terms, MEMBER_LABELS[language].scope, MAX_SCOPE_ENTRIES),
    ...whyBlocks(facts, MAX_REASON),
    ...askedRows(facts),
    ...changeBlocks(facts).blocks,
    ...(isUndecided
      ? [
          ...riskRows(facts, audience === 'approver' ? 'customer' : 'vendor'),
          ...notIncludedBlocks(facts, MAX_LINES),
        ]
      : []),
    ...(isUndecided && audience !== 'requester' ? denialBlocks(facts, MAX_DENIALS) : []),
    ...reviews.slice(-MAX_SEALS).map((review) => seal(review, language)),
    ...conversationBlocks(facts, MAX_NOTE),
    section(mrkdwn(stateSentence(facts))),
    ...waitBlocks(facts),
    ...grantBlocks(facts),
    context(mrkdwn(link(url, words.openInBrowser))),
  ]);
}
