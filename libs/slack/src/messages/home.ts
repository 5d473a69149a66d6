import type { Language } from '@countersign/contract';
import type { HomeView, KnownBlock } from '@slack/types';
import { ACTIONS } from '../action-ids.js';
import type { CardFacts } from '../facts.js';
import { actions, aside, button, context, header, link, mrkdwn, paragraph, section } from './blocks.js';
import { stateSentence } from './conversation.js';
import { decideButtons, stopButtons } from './decide-buttons.js';
import { grantBlocks, workBlocks } from './grant-blocks.js';
import { requesterButtons, requestUrl } from './request-card.js';
import { scopeBlocks, sentence } from './terms-rows.js';
import { cut, lines, readerTime } from './text.js';
import { summaryLine } from './thread-lines.js';
import { wordsOf } from './words/index.js';

/** The facts for one person's App Home. */
export interface HomeFacts {
  /** Requests that this person may decide or answer now. */
  waiting: readonly CardFacts[];
  /** Their own requests that others have to decide. */
  pending: readonly CardFacts[];
  /** Requests whose access is open or begins later. */
  active: readonly CardFacts[];
  past: readonly CardFacts[];
  /** The person's part in requests. */
  reader: 'approver' | 'reviewer' | 'engineer' | 'other';
  /** `usr_…` */
  person: string;
  /** Whether this person may stop access. */
  mayStop: boolean;
  mayAsk: boolean;
  language: Language;
}

/** Entries per list. Even the longest entries then fit in one view. */
const MAX = { waiting: 4, pending: 3, active: 3, past: 6, entries: 5 } as const;
const MAX_REASON = 500;

/** App Home: what waits for the reader, what is active, and what was. `notice` is the result of the last press. */
export function homeView(facts: HomeFacts, publicUrl: string, notice?: string): HomeView {
  const { waiting, active, past } = facts;
  const words = wordsOf(facts);
  const { home } = words;
  return {
    type: 'home',
    blocks: [
      ...(notice === undefined ? [] : [paragraph(notice)]),
      ...(facts.mayAsk ? actions('ask', [button(ACTIONS.ask, words.buttons.ask, { style: 'primary' })]) : []),
      header(home.waiting),
      ...list(facts, 'waiting', waiting, home.nothingWaits, (each) => waitingBlocks(each, facts, publicUrl)),
      ...(facts.pending.length === 0
        ? []
        : [
            header(home.pending),
            ...list(facts, 'pending', facts.pending, '', (each) => waitingBlocks(each, facts, publicUrl)),
          ]),
      header(home.active),
      ...list(facts, 'active', active, home.noneActive, (each) => activeBlocks(each, facts, publicUrl)),
      header(home.past),
      ...list(facts, 'past', past, home.nothingYet, (each) => [
        context(
          aside(`${summaryLine(each)}: ${cut(words.state[each.request.state], 80)}`),
          mrkdwn(readerTime(each.request.endedAt ?? each.request.createdAt)),
          mrkdwn(link(requestUrl(publicUrl, each.request.id), words.buttons.open)),
        ),
      ]),
      context(mrkdwn(link(publicUrl, home.inBrowser))),
    ],
  };
}

/** App Home with one message, for a user whom we do not know, or after an error. */
export const messageHome = (language: Language, words: string, url: string): HomeView => ({
  type: 'home',
  blocks: [
    header('Countersign'),
    paragraph(words),
    section(mrkdwn(link(url, wordsOf({ language }).openInBrowser))),
  ],
});

function list(
  home: HomeFacts,
  name: 'waiting' | 'pending' | 'active' | 'past',
  all: readonly CardFacts[],
  none: string,
  each: (facts: CardFacts) => KnownBlock[],
): KnownBlock[] {
  if (all.length === 0) return [paragraph(none)];
  const most = MAX[name];
  const left = all.length - most;
  return [
    ...all.slice(0, most).flatMap((facts, at) => unique(each(facts), `${name}:${at}`)),
    ...(left > 0 ? [paragraph(wordsOf(home).home.moreInBrowser(left))] : []),
  ];
}

/** Makes each `block_id` unique within the view. */
const unique = (blocks: KnownBlock[], place: string): KnownBlock[] =>
  blocks.map((block) =>
    block.block_id === undefined ? block : { ...block, block_id: `${block.block_id}:${place}` },
  );

function waitingBlocks(facts: CardFacts, { reader, person }: HomeFacts, publicUrl: string): KnownBlock[] {
  const { request, justification } = facts;
  const words = wordsOf(facts);
  const url = requestUrl(publicUrl, request.id);
  const why =
    justification === null ? words.noReason : `“${cut(lines(justification), MAX_REASON, words.cut)}”`;
  const isOwn = request.requester === person;
  const canDecideHere = !isOwn && (reader === 'approver' || reader === 'reviewer');
  return [
    paragraph(cut(sentence(facts), 1_000)),
    ...scopeBlocks(facts, request.terms, words.labels.what, MAX.entries),
    paragraph(why),
    context(
      aside(stateSentence(facts)),
      mrkdwn(`${words.home.lapses} ${readerTime(request.lapsesAt)}`),
      mrkdwn(link(url, words.openInBrowser)),
    ),
    ...(isOwn ? requesterButtons(facts) : []),
    ...(canDecideHere ? decideButtons(facts, reader, url, request.terms.scope.length <= MAX.entries) : []),
  ];
}

function activeBlocks(facts: CardFacts, { mayStop, person }: HomeFacts, publicUrl: string): KnownBlock[] {
  const isOwn = facts.request.requester === person;
  return [
    paragraph(cut(sentence(facts), 1_000)),
    ...grantBlocks(facts, true),
    ...(isOwn ? workBlocks(facts, publicUrl) : []),
    ...(mayStop ? stopButtons(facts) : []),
  ];
}
