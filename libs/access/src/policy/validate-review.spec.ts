import type { RequestState } from '@countersign/contract';
import { ada, bob, byApi, erin, max, sampleRequest } from '../../../../test/factories/domain.js';
import { type AccessRequest, REQUEST_TRANSITIONS } from '../domain/access-request.js';
import type { Person } from '../domain/person.js';
import type { Review } from '../domain/review.js';
import { AccessError } from '../errors.js';
import { mayDecideNow, type ReviewInput, validateReview } from './validate-review.js';

const NOW = new Date('2026-11-24T15:30:00Z');

function verdict(
  person: Person,
  request: AccessRequest,
  input: Partial<ReviewInput> = {},
  reviews: Review[] = [],
  channel: 'api' | 'slack' | 'web' = 'api',
  inviter: string | null = null,
): string {
  try {
    validateReview({
      input: { decision: 'approve', digest: request.digest, reason: null, ...input },
      request,
      reviews,
      person,
      principal: { ...byApi(person), channel },
      now: NOW,
      stage: null,
      inviter,
    });
    return 'allowed';
  } catch (error) {
    if (error instanceof AccessError) return error.code;
    throw error;
  }
}

const waiting = sampleRequest();
const atCustomer = sampleRequest({ state: 'awaiting_customer' });
const past = (person: Person): Review => ({
  id: 'rev_x',
  request: waiting.id,
  tenant: 'acme',
  person: person.id,
  side: 'vendor',
  decision: 'approve',
  digest: waiting.digest,
  reason: null,
  channel: 'api',
  assurance: 'api-key',
  at: '2026-11-24T15:10:00Z',
  offer: null,
  countersignature: null,
  stage: null,
  voidedAt: null,
});

test('each side decides in its turn', () => {
  expect(verdict(max, waiting)).toBe('allowed');
  expect(verdict(ada, waiting)).toBe('wrong_state');
  expect(verdict(ada, atCustomer)).toBe('allowed');
  const rita = { ...max, id: max.id.replace(/2$/, '9') };
  expect(verdict(rita, atCustomer, {}, [past(max)])).toBe('wrong_state');
});

test('P1: another reviewer may replace a voided vendor review while the customer decides', () => {
  const rita = { ...max, id: max.id.replace(/2$/, '9') };
  const voided = { ...past(max), voidedAt: '2026-11-24T15:20:00Z' };
  expect(verdict(rita, atCustomer, {}, [voided])).toBe('allowed');
  expect(verdict(rita, atCustomer, { decision: 'counter' }, [voided])).toBe('wrong_state');
});

test('while a counter-offer is open the customer may only deny', () => {
  const countered = sampleRequest({ state: 'countered' });
  expect(verdict(bob, countered)).toBe('wrong_state');
  expect(verdict(bob, countered, { decision: 'counter' })).toBe('wrong_state');
  expect(verdict(bob, countered, { decision: 'deny', reason: 'no' })).toBe('allowed');
  expect(verdict(max, countered, { decision: 'deny', reason: 'no' })).toBe('wrong_state');
});

test('P2: no one reviews their own request, whatever their roles', () => {
  const own = sampleRequest({ requester: max.id });
  expect(verdict(max, own)).toBe('self_review');
  expect(verdict(erin, waiting)).toBe('self_review');
});

test('P2: the role decides, not the side', () => {
  expect(verdict({ ...erin, id: 'usr_other' }, waiting)).toBe('forbidden');
  expect(verdict({ ...bob, roles: ['auditor'] }, atCustomer)).toBe('forbidden');
  expect(verdict({ ...bob, removedAt: '2026-11-24T00:00:00Z' }, atCustomer)).toBe('forbidden');
});

test('P1: another digest than the request’s is refused', () => {
  expect(verdict(max, waiting, { digest: `sha256:${'2'.repeat(64)}` })).toBe('digest_mismatch');
});

test('one review a person and digest', () => {
  expect(verdict(max, atCustomer, {}, [past(max)])).toBe('already_decided');
});

test('P1: an invitation is its author’s approval: they give no second one, but may still deny', () => {
  expect(verdict(ada, atCustomer, {}, [], 'api', ada.id)).toBe('already_decided');
  expect(verdict(ada, atCustomer, { decision: 'counter' }, [], 'api', ada.id)).toBe('already_decided');
  expect(verdict(ada, atCustomer, { decision: 'deny', reason: 'no' }, [], 'api', ada.id)).toBe('allowed');
  expect(verdict(bob, atCustomer, {}, [], 'api', ada.id)).toBe('allowed');
});

test.each(['approved', 'denied', 'cancelled', 'expired'] as const)(
  'a request that is %s takes no review',
  (state) => {
    expect(verdict(max, sampleRequest({ state }))).toBe('already_decided');
  },
);

test('a lapsed request takes no review, even before the job has expired it', () => {
  expect(verdict(max, sampleRequest({ lapsesAt: '2026-11-24T15:30:00Z' }))).toBe('already_decided');
});

test('a denial needs a reason', () => {
  expect(verdict(max, waiting, { decision: 'deny' })).toBe('reason_required');
  expect(verdict(max, waiting, { decision: 'deny', reason: '  ' })).toBe('reason_required');
  expect(verdict(max, waiting, { decision: 'deny', reason: 'no ticket' })).toBe('allowed');
});

test('the channel must suit the risk, and a countersignature is asked for after that', () => {
  const high = sampleRequest({
    state: 'awaiting_customer',
    needs: {
      ...waiting.needs,
      customer: {
        ...waiting.needs.customer,
        required: 1,
        approved: 0,
        countersignature: true,
        channels: ['web'],
      },
    },
  });
  expect(verdict(ada, high)).toBe('channel_not_allowed');
  expect(verdict(ada, high, {}, [], 'web')).toBe('countersignature_required');
  expect(verdict(ada, high, { decision: 'deny', reason: 'no' })).toBe('allowed');
});

test('who may decide now is exactly who could approve, by whatever channel', () => {
  const voided = { ...past(max), voidedAt: '2026-11-24T15:20:00Z' };
  const rita = { ...max, id: max.id.replace(/2$/, '9') };
  const people = [max, rita, ada, bob, erin, { ...ada, removedAt: '2026-11-24T00:00:00Z' }];
  const states = Object.keys(REQUEST_TRANSITIONS) as RequestState[];
  const wrong = states.flatMap((state) =>
    ['2026-11-24T15:30:00Z', '2026-11-24T15:30:01Z'].flatMap((lapsesAt) =>
      [[], [past(max)], [voided]].flatMap((reviews) =>
        [null, ada.id].flatMap((inviter) =>
          people.flatMap((person) => {
            const request = sampleRequest({ state, lapsesAt });
            const may = mayDecideNow({ request, reviews, now: NOW, stage: null, inviter }, person);
            const approves = verdict(person, request, {}, reviews, 'web', inviter) === 'allowed';
            return may === approves
              ? []
              : [
                  {
                    state,
                    lapsesAt,
                    reviews: reviews.map(({ voidedAt }) => voidedAt),
                    inviter,
                    person: person.email,
                    may,
                  },
                ];
          }),
        ),
      ),
    ),
  );
  expect(wrong).toEqual([]);
});
