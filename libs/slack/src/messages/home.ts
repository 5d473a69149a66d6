import type { HomeView, KnownBlock } from '@slack/types';
import { ACTIONS } from '../action-ids.js';
import type { CardFacts } from '../facts.js';
import { actions, aside, button, context, header, link, mrkdwn, paragraph, section } from './blocks.js';
import { decideButtons, stopButtons } from './decide-buttons.js';
import { grantBlocks, workBlocks } from './grant-blocks.js';
import { requesterButtons, requestUrl } from './request-card.js';
import { scopeBlocks, sentence } from './terms-rows.js';
import { cut, lines, readerTime } from './text.js';
import { oneLiner } from './thread-lines.js';
import { LABELS, STANDING, TEXTS } from './words.js';

/** What one person's App Home shows. */
export interface HomeFacts {
  /** What they may decide or answer now. */
  waiting: readonly CardFacts[];
  /** Their own that others have to decide. */
  pending: readonly CardFacts[];
  /** What is open or begins later. */
  active: readonly CardFacts[];
  past: readonly CardFacts[];
  /** How they stand to a request. */
  reader: 'approver' | 'reviewer' | 'engineer' | 'other';
  /** `usr_…` */
  person: string;
  /** May they stop access. */
  mayStop: boolean;
  mayAsk: boolean;
}

/** So many of each that a view holds them, however long they are. */
const MOST = { waiting: 4, pending: 3, active: 3, past: 6, entries: 5 } as const;
const LONGEST_REASON = 500;

/** What waits for the reader, what is active, what was. `notice`: what was just done, or could not be. */
export function homeView(facts: HomeFacts, publicUrl: string, notice?: string): HomeView {
  const { waiting, active, past } = facts;
  return {
    type: 'home',
    blocks: [
      ...(notice === undefined ? [] : [paragraph(notice)]),
      ...(facts.mayAsk ? actions('ask', [button(ACTIONS.ask, 'Ask for access', { style: 'primary' })]) : []),
      header('Waits for you'),
      ...list('waiting', waiting, MOST.waiting, 'Nothing waits for you.', (each) =>
        waitingBlocks(each, facts, publicUrl),
      ),
      ...(facts.pending.length === 0
        ? []
        : [
            header('You have asked'),
            ...list('pending', facts.pending, MOST.pending, '', (each) =>
              waitingBlocks(each, facts, publicUrl),
            ),
          ]),
      header('Active now'),
      ...list('active', active, MOST.active, 'Nobody has access through Countersign.', (each) =>
        activeBlocks(each, facts, publicUrl),
      ),
      header('What was'),
      ...list('past', past, MOST.past, 'Nothing yet.', (each) => [
        context(
          aside(`${oneLiner(each)}: ${cut(STANDING[each.request.state], 80)}`),
          mrkdwn(readerTime(each.request.endedAt ?? each.request.createdAt)),
          mrkdwn(link(requestUrl(publicUrl, each.request.id), 'Open')),
        ),
      ]),
      context(mrkdwn(link(publicUrl, 'Countersign in the browser'))),
    ],
  };
}

/** App Home of somebody whom we do not know, or cannot serve. */
export const strangerHome = (words: string, url: string): HomeView => ({
  type: 'home',
  blocks: [header('Countersign'), paragraph(words), section(mrkdwn(link(url, TEXTS.openInBrowser)))],
});

function list(
  name: string,
  all: readonly CardFacts[],
  most: number,
  none: string,
  each: (facts: CardFacts) => KnownBlock[],
): KnownBlock[] {
  if (all.length === 0) return [paragraph(none)];
  const left = all.length - most;
  return [
    ...all.slice(0, most).flatMap((facts, at) => unique(each(facts), `${name}:${at}`)),
    ...(left > 0 ? [paragraph(`and ${left} more, in the browser`)] : []),
  ];
}

/** A block’s id stands once in a view. */
const unique = (blocks: KnownBlock[], place: string): KnownBlock[] =>
  blocks.map((block) =>
    block.block_id === undefined ? block : { ...block, block_id: `${block.block_id}:${place}` },
  );

function waitingBlocks(facts: CardFacts, { reader, person }: HomeFacts, publicUrl: string): KnownBlock[] {
  const { request, justification } = facts;
  const url = requestUrl(publicUrl, request.id);
  const why =
    justification === null ? TEXTS.noReason : `“${cut(lines(justification), LONGEST_REASON, TEXTS.cut)}”`;
  const isOwn = request.requester === person;
  const canDecideHere = !isOwn && (reader === 'approver' || reader === 'reviewer');
  return [
    paragraph(cut(sentence(facts), 1_000)),
    ...scopeBlocks(request.terms, LABELS.what, MOST.entries),
    paragraph(why),
    context(
      aside(STANDING[request.state]),
      mrkdwn(`It lapses ${readerTime(request.lapsesAt)}`),
      mrkdwn(link(url, TEXTS.openInBrowser)),
    ),
    ...(isOwn ? requesterButtons(facts) : []),
    ...(canDecideHere ? decideButtons(facts, reader, url, request.terms.scope.length <= MOST.entries) : []),
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
