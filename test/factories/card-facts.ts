import { accessStatus, type Review } from '@countersign/access';
import {
  MAX_SCOPE_ENTRIES,
  type RequestState,
  requireTermsFit,
  type ScopeEntry,
  type Terms,
} from '@countersign/contract';
import type { CardFacts } from '@countersign/slack';
import fc from 'fast-check';
import { anyText } from './any-text.js';
import { ada, erin, sampleContext, sampleGrant, sampleRequest, sampleTerms } from './domain.js';

const NOW = new Date('2026-11-24T15:00:00Z');

/** The facts on the card of Erin's ordinary request. */
export function sampleFacts(change: Partial<CardFacts> = {}): CardFacts {
  return {
    request: sampleRequest({ state: 'awaiting_customer' }),
    reviews: [],
    offer: null,
    requester: 'Erin Okafor',
    vendor: 'Northwind Cloud',
    tenant: 'Acme Corp',
    service: sampleContext().service?.definition ?? null,
    justification: 'Case 4711: the total of an invoice is wrong',
    change: { body: null, before: null },
    ticket: { value: 'CASE-4711' },
    grant: null,
    browserUrl: null,
    access: change.grant == null ? null : accessStatus(change.grant, { locks: [], stops: [] }, NOW).access,
    accessReason: null,
    endedBy: null,
    denials: [],
    notes: [],
    crossing: null,
    usually: null,
    outdated: null,
    now: NOW.toISOString(),
    language: 'en',
    ...change,
  };
}

export const sampleReview = (
  change: Partial<CardFacts['reviews'][number]> = {},
): CardFacts['reviews'][number] => ({
  id: 'rev_019abcde-0000-7000-8000-000000000001',
  request: sampleRequest().id,
  tenant: 'acme',
  person: ada.id,
  side: 'customer',
  decision: 'approve',
  digest: sampleRequest().digest,
  reason: null,
  channel: 'slack',
  assurance: 'slack',
  at: '2026-11-24T15:10:00Z',
  offer: null,
  countersignature: null,
  stage: null,
  voidedAt: null,
  name: 'Ada Moreau',
  ...change,
});

/** Texts that people write: plain, right to left, emoji, accents, Slack markup, invisible characters. */
const written = (most: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: most }),
    anyText({ maxLength: most }),
    fc
      .array(
        fc.constantFrom(
          '<!channel>',
          '<@U1>',
          '&',
          '<https://a.b|c>',
          '👩‍👩‍👧',
          '\u202E',
          '\u200B',
          '*b*',
          ':x:',
          'سلام',
          'раypal',
          '`',
          '\n> ',
        ),
        { maxLength: most },
      )
      .map((parts) => parts.join('').slice(0, most)),
    fc.constantFrom('x', '界', '&', '\u202E', '😀').map((unit) => unit.repeat(most).slice(0, most)),
  );

const segment = fc.stringMatching(/^[A-Za-z0-9_~-]{1,60}$/);
const action = fc.stringMatching(/^[A-Za-z0-9._~-]{1,64}$/);
const entry: fc.Arbitrary<ScopeEntry> = fc.record({
  resource: fc
    .tuple(fc.array(segment, { minLength: 1, maxLength: 16 }), fc.constantFrom('', '/*', '/**'))
    .map(([parts, end]) => `${parts.join('/').slice(0, 1_000)}${end}`),
  actions: fc.uniqueArray(action, { minLength: 1, maxLength: 6 }),
});

/** Scopes of every size, up to the longest that terms allow. */
const legalTerms: fc.Arbitrary<Terms> = fc
  .tuple(
    fc.uniqueArray(entry, {
      minLength: 1,
      maxLength: MAX_SCOPE_ENTRIES,
      selector: ({ resource }) => resource,
    }),
    fc.integer({ min: 1, max: 7 * 86_400 }),
    fc.option(fc.constant({ calls: 9_999_999, bytes: 9_999_999_999 })),
  )
  .map(([scope, seconds, budget]) => {
    for (let count = scope.length; count > 0; count -= 1) {
      const terms = sampleTerms({
        scope: scope.slice(0, count),
        seconds,
        ...(budget === null ? {} : { budget }),
        parent: `sha256:${'2'.repeat(64)}`,
      });
      if (fits(terms)) return terms;
    }
    return sampleTerms({ seconds });
  });

function fits(terms: Terms): boolean {
  try {
    requireTermsFit(terms, 1);
    return true;
  } catch {
    return false;
  }
}

const review: fc.Arbitrary<CardFacts['reviews'][number]> = fc
  .record({
    name: written(200),
    reason: fc.option(written(4_000)),
    decision: fc.constantFrom<Review['decision']>('approve', 'deny', 'counter'),
    side: fc.constantFrom<Review['side']>('vendor', 'customer'),
    assurance: fc.constantFrom<Review['assurance']>('api-key', 'mail-code', 'oidc', 'slack', 'passkey'),
  })
  .map(sampleReview);

/** Any valid request with every fact that a card may show. */
export const anyFacts: fc.Arbitrary<CardFacts> = fc
  .record({
    terms: legalTerms,
    offered: legalTerms,
    state: fc.constantFrom<RequestState>(
      'awaiting_vendor',
      'awaiting_customer',
      'countered',
      'approved',
      'denied',
      'cancelled',
      'expired',
    ),
    risk: fc.constantFrom('low' as const, 'medium' as const, 'high' as const),
    requester: written(200),
    vendor: written(200),
    tenant: written(200),
    justification: fc.option(written(4_000)),
    ticket: fc.oneof(fc.constant('none' as const), fc.record({ value: fc.option(written(256)) })),
    reviews: fc.array(review, { maxLength: 9 }),
    grant: fc.constantFrom('scheduled' as const, 'active' as const, 'ended' as const, null),
    access: fc.constantFrom('open' as const, 'stopped' as const, 'locked' as const),
    blockedWhy: fc.option(written(2_000)),
    endedBy: fc.option(written(200)),
    denials: fc.array(fc.record({ name: written(200), reason: fc.option(written(4_000)) }), {
      maxLength: 10,
    }),
    notes: fc.array(
      fc.record({
        kind: fc.constantFrom('question' as const, 'answer' as const, 'forward' as const),
        text: fc.option(written(4_000)),
        name: written(200),
        toName: written(200),
      }),
      { maxLength: 6 },
    ),
    usually: fc.option(fc.integer({ min: 0, max: 1_000_000 })),
    browserUrl: fc.option(fc.constant(`https://${'a'.repeat(60)}.gw.example/countersign/open?grant=grt_1`)),
    stages: fc.array(fc.option(written(80), { nil: undefined }), { maxLength: 10 }),
    language: fc.constantFrom('en' as const, 'de' as const),
    isKnown: fc.boolean(),
  })
  .map(({ terms, offered, state, risk, grant, access, blockedWhy, denials, isKnown, stages, ...texts }) => ({
    ...sampleFacts(texts),
    request: sampleRequest({
      waits: stages.map((stage) => ({
        for: 'customer',
        since: '2026-11-24T15:00:00Z',
        ...(stage === undefined ? {} : { stage }),
      })),
      terms,
      state,
      needs: {
        vendor: { required: 1, approved: 0 },
        customer: {
          required: 2,
          approved: 1,
          countersignature: risk === 'high',
          channels: risk === 'low' ? ['web', 'api', 'slack'] : risk === 'medium' ? ['web', 'api'] : ['web'],
          reasons: [],
        },
        impact: {
          level: risk,
          reasons: [{ code: 'not_listed', actions: terms.scope.flatMap(({ actions }) => actions) }],
        },
        risk: {
          level: risk,
          reasons: terms.scope.flatMap(({ actions }) =>
            actions.map((each) => `“${each}” must be countersigned.`),
          ),
        },
      },
    }),
    offer:
      state === 'countered'
        ? {
            digest: `sha256:${'3'.repeat(64)}`,
            terms: offered,
            review: 'rev_1',
            person: ada.id,
            name: texts.requester,
          }
        : null,
    service: isKnown ? (sampleContext().service?.definition ?? null) : null,
    grant:
      grant === null || state !== 'approved'
        ? null
        : sampleGrant({
            state: grant,
            ...(grant === 'ended' ? { endedAt: '2026-11-24T15:30:00Z', endReason: 'revoked' } : {}),
          }),
    access: grant === null || state !== 'approved' ? null : grant === 'ended' ? 'ended' : access,
    accessReason: {
      ...{ code: 'locked_tenant', by: ada.id, at: '2026-11-24T15:10:00Z', side: 'customer', rule: null },
      ...{ why: blockedWhy, name: texts.requester },
    },
    denials: denials.map((denial) => ({
      request: sampleRequest().id,
      requester: erin.id,
      deniedAt: '2026-11-20T15:00:00Z',
      ...denial,
    })),
  }));
