import {
  ada,
  max,
  readInvoices,
  sampleContext,
  sampleControls,
  sampleTerms,
} from '../../../../test/factories/domain.js';
import type { Ask } from './ask.js';
import { evaluate } from './evaluate.js';
import { RULES } from './rules.js';

const ask = (change: Partial<Ask> = {}): Ask => ({
  tenant: 'acme',
  service: 'billing',
  scope: readInvoices,
  seconds: 3600,
  justified: true,
  ...change,
});

const codes = (change: Partial<Ask>, context = sampleContext()): string[] =>
  evaluate(ask(change), context).refusals.map((each) => each.code);

test('an ask within all limits is possible and says what it needs', () => {
  expect(evaluate(ask(), sampleContext())).toEqual({
    refusals: [],
    needs: {
      vendor: { required: 1, approved: 0 },
      customer: { required: 1, approved: 0, countersignature: false, channels: ['web', 'api', 'slack'] },
      risk: { level: 'low', reasons: [expect.any(String)] },
    },
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
  expect(codes(change as Partial<Ask>, context)).toEqual([code]);
});

test('the tenant’s longest duration counts only where it is the smaller one', () => {
  const generous = sampleContext();
  generous.tenant = { ...generous.tenant!, controls: { ...sampleControls, maxDuration: 24 * 3600 } };
  expect(codes({ seconds: 4 * 3600 }, generous)).toEqual([]);
  expect(codes({ seconds: 4 * 3600 + 1 }, generous)).toEqual(['duration_too_long']);
});

test('terms that would not fit the token are refused', () => {
  const scope = Array.from({ length: 20 }, (_, index) => ({
    resource: `invoices/${'x'.repeat(280)}${index}`,
    actions: ['read'],
  }));
  expect(codes({ scope }, sampleContext({ terms: sampleTerms({ scope }) }))).toEqual(['terms_too_large']);
});

test('every reason comes at once, each with a pointer into the body', () => {
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

test('at a mint only what access itself rests on is asked again', () => {
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
      stages: ['ask'] as const,
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
