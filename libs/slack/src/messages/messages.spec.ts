/** @soak */

import type { NoticeKind } from '@countersign/contract';
import type { HomeView, KnownBlock, ModalView } from '@slack/types';
import fc from 'fast-check';
import { anyFacts } from '../../../../test/factories/card-facts.js';
import { checkMessageBlocks, checkView } from '../../../../test/fakes/slack/blocks/check.js';
import { alive, walk } from '../../../../test/fakes/slack/show/alive.js';
import { runs } from '../../../../test/support/samples.js';
import { answerView, forwardView, questionView } from './conversation.js';
import { detailsView } from './details.js';
import { homeView } from './home.js';
import { denyView, extendView, lessView, stopView } from './modals.js';
import { requestCard } from './request-card.js';
import { reminderDigest, threadLine } from './thread-lines.js';

const URL = 'https://countersign.example';
const RUNS = { numRuns: runs(20) };
const audience = fc.constantFrom('approver' as const, 'reviewer' as const, 'requester' as const);
const KINDS: NoticeKind[] = [
  'request.awaiting_vendor',
  'request.awaiting_customer',
  'request.countered',
  'request.approved',
  'request.denied',
  'request.expired',
  'request.cancelled',
  'request.reminder',
  'request.escalated',
  'request.stage-overdue',
  'request.outdated',
  'request.asked',
  'request.answered',
  'request.forwarded',
  'grant.scheduled',
  'grant.active',
  'grant.ending',
  'grant.used',
  'grant.refused',
  'grant.ended',
];

/** Texts of people create no mentions or links; our own links lead to our own pages. */
function expectTame(message: { text: string; blocks: unknown[] }): void {
  const { mentions, links } = alive(message as Parameters<typeof alive>[0]);
  expect(mentions).toEqual([]);
  for (const each of links) expect(each.startsWith(`${URL}/`) || each === URL).toBe(true);
}

/** All mrkdwn is ours: it contains no text that people wrote. */
function expectOwnMarkup(blocks: readonly KnownBlock[]): void {
  walk(blocks, (object) => {
    if (object['type'] !== 'mrkdwn') return;
    expect(object['verbatim']).toBe(true);
    expect(String(object['text'])).toMatch(/^[\x20-\x7e\n’…éäöüßÄÖÜ]*$/);
  });
}

test('every card of every legal request keeps within Slack’s limits, and texts of people stay inert', () => {
  fc.assert(
    fc.property(anyFacts, audience, (facts, who) => {
      const card = requestCard(facts, who, URL);
      checkMessageBlocks(card.blocks);
      expect(card.text.length).toBeLessThanOrEqual(3_000);
      expectTame(card);
      expectOwnMarkup(card.blocks);
    }),
    RUNS,
  );
});

test('every line of a thread and every digest keeps within Slack’s limits', () => {
  fc.assert(
    fc.property(
      fc.array(anyFacts, { minLength: 1, maxLength: 20 }),
      fc.constantFrom(...KINDS),
      (all, kind) => {
        const messages = [threadLine(kind, all[0]!), reminderDigest(all, URL)];
        for (const message of messages) {
          if (message === null) continue;
          checkMessageBlocks(message.blocks);
          expect(message.text.length).toBeLessThanOrEqual(3_000);
          expectTame(message);
        }
      },
    ),
    { numRuns: 10 },
  );
});

test('every modal and every App Home keeps within Slack’s limits', () => {
  fc.assert(
    fc.property(anyFacts, fc.array(anyFacts, { maxLength: 7 }), (facts, more) => {
      const pressed = { request: facts.request.id, digest: facts.request.digest };
      // More than a menu may have.
      const colleagues = Array.from({ length: 101 }, (_, index) => ({
        id: `usr_${index}`,
        name: facts.requester,
      }));
      const modals: ModalView[] = [
        detailsView(facts, 'approver', `${URL}/requests/1`),
        detailsView(facts, 'requester', `${URL}/requests/1`),
        denyView(facts, pressed),
        stopView(facts, pressed),
        extendView(facts, pressed),
        lessView(facts, pressed, 'keep'),
        lessView(facts, pressed, 'objects'),
        questionView(facts, pressed),
        ...facts.notes.map((note) => answerView(facts, pressed, note)),
        forwardView(facts, pressed, colleagues),
      ];
      for (const modal of modals) checkView(modal, 'modal');
      const home: HomeView = homeView(
        {
          waiting: more,
          pending: more,
          active: more,
          past: more,
          reader: 'approver',
          person: 'usr_1',
          mayStop: true,
          mayAsk: true,
          language: facts.language,
        },
        URL,
        'Done.',
      );
      checkView(home, 'home');
      for (const { blocks } of [...modals, home]) {
        expectTame({ text: '', blocks });
        expectOwnMarkup(blocks as KnownBlock[]);
      }
    }),
    { numRuns: 10 },
  );
});

test('every button’s value is a request with its digest, and nothing more', () => {
  fc.assert(
    fc.property(anyFacts, audience, (facts, who) => {
      const { request, offer } = facts;
      const allowed = [request.digest, ...(offer === null ? [] : [offer.digest])].map(
        (each) => `${request.id} ${each}`,
      );
      walk(requestCard(facts, who, URL).blocks, (object) => {
        if (object['type'] === 'button' && object['value'] !== undefined)
          expect(allowed).toContain(object['value']);
      });
    }),
    RUNS,
  );
});
