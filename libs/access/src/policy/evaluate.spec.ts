import {
  ada,
  erin,
  max,
  readInvoices,
  sampleContext,
  sampleControls,
  samplePolicy,
  sampleTerms,
} from '../../../../test/factories/domain.js';
import type { AccessRule } from '../domain/organisation.js';
import type { PolicyContext } from './context.js';
import { evaluate } from './evaluate.js';
import type { RequestedAccess } from './requested-access.js';
import { RULES } from './rules.js';

const ask = (change: Partial<RequestedAccess> = {}): RequestedAccess => ({
  tenant: 'acme',
  service: 'billing',
  scope: readInvoices,
  seconds: 3600,
  justified: true,
  ticket: null,
  basis: null,
  startsOn: 'approval',
  ...change,
});

const codes = (change: Partial<RequestedAccess>, context = sampleContext()): string[] =>
  evaluate(ask(change), context).refusals.map((each) => each.code);

test('a request within all limits has no refusals, and its needs are told', () => {
  expect(evaluate(ask(), sampleContext())).toEqual({
    refusals: [],
    needs: {
      vendor: { required: 1, approved: 0 },
      customer: { required: 1, approved: 0, countersignature: false, channels: ['web', 'api', 'slack'] },
      risk: { level: 'low', reasons: [expect.any(String)] },
    },
    invitation: null,
  });
});

test.each([
  ['unknown_tenant', {}, sampleContext({ tenant: null })],
  ['unknown_service', {}, sampleContext({ service: null })],
  ['unknown_resource', { scope: [{ resource: 'tickets/*', actions: ['read'] }] }, sampleContext()],
  ['unknown_action', { scope: [{ resource: 'invoices/*', actions: ['erase'] }] }, sampleContext()],
  ['unknown_action', { scope: [{ resource: 'invoices/*', actions: ['*'] }] }, sampleContext()],
  ['forbidden_scope', { scope: [{ resource: 'payroll/p-1', actions: ['read'] }] }, sampleContext()],
  ['forbidden_scope', { scope: [{ resource: '**', actions: ['read'] }] }, sampleContext()],
  ['duration_too_long', { seconds: 3601 }, sampleContext()],
  ['not_eligible', {}, sampleContext({ requester: ada })],
  ['not_eligible', {}, sampleContext({ requester: { ...max, removedAt: '2026-11-24T00:00:00Z' } })],
  ['justification_required', { justified: false }, sampleContext()],
  ['too_many_open', {}, sampleContext({ openRequests: 5 })],
  ['nobody_can_review', {}, sampleContext({ reviewers: { vendor: 0, customer: 2 } })],
  ['nobody_can_review', {}, sampleContext({ reviewers: { vendor: 1, customer: 0 } })],
  [
    'countersignature_unavailable',
    { scope: [{ resource: 'invoices/*', actions: ['update'] }] },
    sampleContext(),
  ],
] as const)('refuses with %s %j', (code, change, context) => {
  expect(codes(change as Partial<RequestedAccess>, context)).toEqual([code]);
});

test('the tenant’s longest duration counts only if it is shorter than the vendor’s', () => {
  const generous = sampleContext();
  generous.tenant = { ...generous.tenant!, controls: { ...sampleControls, maxDuration: 24 * 3600 } };
  expect(codes({ seconds: 4 * 3600 }, generous)).toEqual([]);
  expect(codes({ seconds: 4 * 3600 + 1 }, generous)).toEqual(['duration_too_long']);
});

test('terms that are too long for a token are refused', () => {
  const scope = Array.from({ length: 20 }, (_, index) => ({
    resource: `invoices/${'x'.repeat(280)}${index}`,
    actions: ['read'],
  }));
  expect(codes({ scope }, sampleContext({ terms: sampleTerms({ scope }) }))).toEqual(['terms_too_large']);
});

test('all reasons come at once, each with a pointer into the body', () => {
  const { refusals } = evaluate(
    ask({
      seconds: 999_999,
      justified: false,
      scope: [{ resource: 'payroll/*', actions: ['read', 'erase'] }],
    }),
    sampleContext(),
  );
  expect(refusals.map(({ code, pointer }) => [code, pointer])).toEqual([
    ['unknown_action', '/scope/0/actions/1'],
    ['forbidden_scope', '/scope/0'],
    ['duration_too_long', '/duration'],
    ['justification_required', '/justification'],
  ]);
});

test('a mint does not check open requests and reviewers again', () => {
  const later = sampleContext({ stage: 'mint', openRequests: 5, reviewers: { vendor: 0, customer: 0 } });
  expect(codes({}, later)).toEqual([]);
  expect(codes({ scope: [{ resource: 'payroll/*', actions: ['read'] }] }, later)).toEqual([
    'forbidden_scope',
  ]);
});

test('P13: a rule that throws never becomes consent', () => {
  const rules = {
    ...RULES,
    broken: {
      stages: ['request'] as const,
      check: () => {
        throw new Error('broken');
      },
    },
  };
  expect(() => evaluate(ask(), sampleContext(), rules)).toThrow('broken');
});

test.each([
  ['low', ['list', 'read'], [], ['web', 'api', 'slack']],
  ['medium', ['list'], [], ['web', 'api']],
  ['high', [], ['read'], ['web']],
])('risk %s decides the channels', (level, slackMayApprove, countersign, channels) => {
  const context = sampleContext();
  context.tenant = { ...context.tenant!, controls: { ...sampleControls, slackMayApprove, countersign } };
  const { needs } = evaluate(ask(), context);
  expect(needs?.risk.level).toBe(level);
  expect(needs?.customer.channels).toEqual(channels);
  expect(needs?.customer.countersignature).toBe(level === 'high');
});

describe('the vendor’s rules by service, action and group', () => {
  const hours = {
    days: ['mon', 'tue', 'wed', 'thu', 'fri'] as const,
    from: '08:00',
    to: '16:00',
    zone: 'Europe/Berlin',
  };
  const ruled = (rule: AccessRule, change: Partial<PolicyContext> = {}) =>
    sampleContext({ policy: { ...samplePolicy, rules: [rule] }, ...change });
  const refusals = (context: PolicyContext, change: Partial<RequestedAccess> = {}) =>
    evaluate(ask(change), context).refusals.map(({ code, pointer }) => `${code} ${pointer}`);
  const stages = ['request', 'review', 'activation', 'mint'] as const;

  test.each(stages)('P13: a group and a ticket are required at each %s', (stage) => {
    expect(refusals(ruled({ groups: ['finance'] }, { stage }))).toEqual(['not_eligible ']);
    const inFinance = { ...erin, groups: ['support', 'finance'] };
    expect(refusals(ruled({ groups: ['finance'] }, { stage, requester: inFinance }))).toEqual([]);
    expect(refusals(ruled({ ticketRequired: true }, { stage }))).toEqual(['ticket_required /ticket']);
    expect(refusals(ruled({ ticketRequired: true }, { stage }), { ticket: '4711' })).toEqual([]);
    expect(refusals(ruled({ maxDuration: 60 }, { stage }))).toEqual(['duration_too_long /duration']);
  });

  test('a rule may require more reviews, and enough people must be able to give them', () => {
    const two = ruled({ vendorReviews: 2 }, { reviewers: { vendor: 2, customer: 1 } });
    expect(evaluate(ask(), two)).toMatchObject({ refusals: [], needs: { vendor: { required: 2 } } });
    expect(refusals(ruled({ vendorReviews: 2 }))).toEqual(['nobody_can_review ']);
  });

  // 15:00 UTC is 16:00 in Berlin: just too late.
  test('the hours apply to the start of a request, and to the time of each mint', () => {
    const rule = { hours: { ...hours, days: [...hours.days] } };
    expect(refusals(ruled(rule))).toEqual(['outside_hours ']);
    expect(refusals(ruled(rule, { now: new Date('2026-11-24T14:59:59Z') }))).toEqual([]);
    const tomorrow = { startsAt: '2026-11-25T07:00:00Z' };
    expect(refusals(ruled(rule), tomorrow)).toEqual([]);
    expect(refusals(ruled(rule, { stage: 'review' }), tomorrow)).toEqual([]);
    expect(refusals(ruled(rule), { startsAt: '2026-11-25T06:59:59Z' })).toEqual(['outside_hours /startsAt']);
    expect(refusals(ruled(rule), { startsOn: 'first-use', useBy: '2026-11-25T20:00:00Z' })).toEqual([]);
    for (const change of [{}, tomorrow, { startsOn: 'first-use' as const }])
      expect(refusals(ruled(rule, { stage: 'mint' }), change)).toHaveLength(1);
  });

  test('people may decide at any hour', () => {
    const rule = { hours: { ...hours, days: [...hours.days] } };
    expect(refusals(ruled(rule, { stage: 'review' }))).toEqual([]);
    expect(refusals(ruled(rule, { stage: 'activation' }))).toEqual([]);
  });
});
