import type { RequesterFacts } from '@countersign/contract';
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
import type { Person } from '../domain/person.js';
import type { ControlRule } from '../domain/privacy-controls.js';
import type { PolicyContext } from './context.js';
import { evaluate, withDefaultBudget } from './evaluate.js';
import type { RequestedAccess } from './requested-access.js';
import { RULES } from './rules.js';

const ask = (change: Partial<RequestedAccess> = {}): RequestedAccess => ({
  tenant: 'acme',
  service: 'billing',
  scope: readInvoices,
  seconds: 3600,
  justified: true,
  ticket: null,
  reasonCode: null,
  basis: null,
  startsOn: 'approval',
  ...change,
});

/** A person's facts as their provider, or else the file, says them. */
function factsOf(facts: RequesterFacts | undefined): Pick<Person, 'facts'> {
  const said = (isVerified: boolean) =>
    Object.fromEntries(
      Object.entries(facts ?? {}).flatMap(([name, { value, verified }]) =>
        verified === isVerified ? [[name, value]] : [],
      ),
    );
  const at = '2026-11-24T00:00:00.000Z';
  return facts === undefined
    ? {}
    : { facts: { oidc: { ...said(true), at }, stated: { ...said(false), at } } };
}

const codes = (change: Partial<RequestedAccess>, context = sampleContext()): string[] =>
  evaluate(ask(change), context).refusals.map((each) => each.code);

test('a request within all limits has no refusals, and its needs are told', () => {
  expect(evaluate(ask(), sampleContext())).toEqual({
    refusals: [],
    needs: {
      vendor: { required: 1, approved: 0 },
      customer: {
        ...{ required: 1, approved: 0, countersignature: false, channels: ['web', 'api', 'slack'] },
        reasons: [{ code: 'any_channel', actions: [] }],
      },
      risk: { level: 'low', reasons: [expect.any(String)] },
      impact: { level: 'low', reasons: [{ code: 'listed', actions: ['read'] }] },
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

test('a refusal of the duration names both durations in words', () => {
  expect(evaluate(ask({ seconds: 7_200 }), sampleContext()).refusals[0]?.detail).toBe(
    '2 hours asked for; at most 1 hour may be granted here.',
  );
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

describe('the tenant’s own rules, at their edges', () => {
  const ruled = (rule: ControlRule, change: Partial<PolicyContext> = {}, zone?: string): PolicyContext => {
    const context = sampleContext(change);
    const controls = { ...sampleControls, rules: [rule], ...(zone === undefined ? {} : { zone }) };
    return { ...context, tenant: { ...context.tenant!, controls } };
  };
  const found = (context: PolicyContext, change: Partial<RequestedAccess> = {}) =>
    evaluate(ask(change), context).refusals.map(({ code, pointer }) => `${code} ${pointer}`.trim());
  const at = (instant: string, rule: ControlRule, zone?: string) =>
    found(ruled(rule, { now: new Date(instant) }, zone));

  test('a reason code that the rule names passes; none, another and an unknown one are refused', () => {
    const rule = { reasonCodes: ['support-case', 'incident'] };
    expect(found(ruled(rule), { reasonCode: 'incident' })).toEqual([]);
    expect(found(ruled(rule))).toEqual(['reason_code_required /reasonCode']);
    expect(found(ruled(rule), { reasonCode: 'legal' })).toEqual(['reason_code_required /reasonCode']);
    expect(found(ruled({}), { reasonCode: 'fun' })).toEqual(['reason_code_required /reasonCode']);
    const vendors = { policy: { ...samplePolicy, reasonCodes: ['fun'] } };
    expect(found(ruled({}, vendors), { reasonCode: 'fun' })).toEqual([]);
  });

  test('a ticket of the pattern passes; the tenant’s own words say why another does not', () => {
    const rule = { ticket: { patterns: ['CASE-####', 'INC#*'], text: 'Our case number, please.' } };
    expect(found(ruled(rule), { ticket: 'CASE-4711' })).toEqual([]);
    const { refusals } = evaluate(ask({ ticket: 'CASE-471' }), ruled(rule));
    expect(refusals).toEqual([
      { code: 'ticket_required', pointer: '/ticket', detail: 'Our case number, please.' },
    ]);
    expect(found(ruled(rule))).toEqual(['ticket_required /ticket']);
    // Later evaluations see the commitment of the ticket alone.
    expect(found(ruled(rule, { stage: 'mint' }), { ticket: 'c1:abc' })).toEqual([]);
    expect(found(ruled(rule, { stage: 'mint' }))).toEqual(['ticket_required /ticket']);
  });

  test('a reason of the least length passes, and one letter fewer is refused', () => {
    const rule = { justification: { least: 20 } };
    expect(found(ruled(rule), { justificationLength: 20 })).toEqual([]);
    expect(found(ruled(rule), { justificationLength: 19 })).toEqual([
      'justification_required /justification',
    ]);
  });

  test('the largest budget passes; one more, another member and none at all are refused', () => {
    const rule = { maxBudget: { calls: 10 } };
    expect(found(ruled(rule), { budget: { calls: 10 } })).toEqual([]);
    expect(found(ruled(rule), { budget: { calls: 11 } })).toEqual(['budget_too_large /budget/calls']);
    expect(found(ruled(rule), { budget: { bytes: 10 } })).toEqual(['budget_too_large /budget/calls']);
    expect(found(ruled(rule))).toEqual(['budget_too_large /budget/calls']);
  });

  test('the requester’s place and employer pass as they are listed; another, and an unknown one, are refused', () => {
    const rule: ControlRule = {
      requesters: { countries: ['DE', 'FR'], employment: ['employee'], verifiedOnly: true },
    };
    const stating = (requesterFacts: RequesterFacts | undefined, facts = factsOf(requesterFacts)) => {
      const { requesterFacts: _none, ...rest } = sampleTerms();
      const terms = requesterFacts === undefined ? rest : { ...rest, requesterFacts };
      return found(ruled(rule, { terms, requester: { ...erin, ...facts } }));
    };
    const employee = { value: 'employee', verified: true };
    const from = (value: string, verified = true) => ({ country: { value, verified }, employment: employee });
    expect(stating(from('FR'))).toEqual([]);
    expect(stating(from('US'))).toEqual(['requester_not_accepted']);
    expect(stating(from('FR', false))).toEqual(['requester_facts_unknown']);
    expect(stating({ employment: employee })).toEqual(['requester_facts_unknown']);
    expect(stating(undefined)).toEqual(['requester_facts_unknown', 'requester_facts_unknown']);
    // The person has moved, or their provider no longer says it, since the terms were written.
    expect(stating(from('FR'), factsOf(from('DE')))).toEqual(['requester_facts_changed']);
    expect(stating(from('FR'), {})).toEqual(['requester_facts_changed', 'requester_facts_changed']);
  });

  test('a request without a budget gets the default, if it has one', () => {
    const context = ruled({ defaultBudget: { calls: 5 }, maxBudget: { calls: 10 } });
    const access = withDefaultBudget(ask(), context);
    expect(access.budget).toEqual({ calls: 5 });
    expect(evaluate(access, context).refusals).toEqual([]);
    expect(withDefaultBudget(ask({ budget: { calls: 7 } }), context).budget).toEqual({ calls: 7 });
  });

  test('a rule without a channel that the risk allows is refused; else it narrows the channels', () => {
    expect(evaluate(ask(), ruled({ channels: ['web'] })).needs?.customer.channels).toEqual(['web']);
    const update = { scope: [{ resource: 'invoices/*', actions: ['update'] }] };
    const signers = { trust: { document: null, signers: 2, stopped: false } };
    expect(found(ruled({ channels: ['slack'] }, signers), update)).toEqual(['nobody_can_review /tenant']);
  });

  const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
  const night = {
    hours: [
      { days: [...DAYS], from: '22:00', to: '24:00' },
      { days: [...DAYS], from: '00:00', to: '02:30' },
    ],
  };

  // In Berlin the clock goes from 02:00 to 03:00 on 28 March 2027, and from 03:00 back to 02:00 on 31 October.
  test.each([
    ['2026-11-24T20:59:59Z', false],
    ['2026-11-24T21:00:00Z', true],
    ['2026-11-24T22:59:59Z', true],
    ['2026-11-24T23:00:00Z', true],
    ['2026-11-25T01:29:59Z', true],
    ['2026-11-25T01:30:00Z', false],
    ['2027-03-28T00:59:59Z', true],
    ['2027-03-28T01:00:00Z', false],
    ['2027-10-31T00:29:59Z', true],
    ['2027-10-31T00:30:00Z', false],
    ['2027-10-31T01:00:00Z', true],
    ['2027-10-31T01:29:59Z', true],
    ['2027-10-31T01:30:00Z', false],
  ])('hours over midnight and the change of the clocks, in Berlin: %s is %s', (instant, passes) => {
    expect(at(instant, night, 'Europe/Berlin')).toEqual(passes ? [] : ['outside_hours']);
  });

  // Nepal is 5:45 ahead of UTC; a zone change moves the hours with the wall clock.
  test.each([
    ['UTC', '2026-11-24T15:00:00Z', true],
    ['Asia/Kathmandu', '2026-11-24T15:00:00Z', false],
    ['Asia/Kathmandu', '2026-11-24T12:14:59Z', true],
    ['Asia/Kathmandu', '2026-11-24T12:15:00Z', false],
  ])('the hours are those of the tenant’s zone %s: %s is %s', (zone, instant, passes) => {
    const rule = { hours: [{ days: [...DAYS], from: '08:00', to: '18:00' }] };
    expect(at(instant, rule, zone)).toEqual(passes ? [] : ['outside_hours']);
  });

  test.each([
    ['2028-02-28T22:59:59Z', true],
    ['2028-02-28T23:00:00Z', false],
    ['2028-02-29T22:59:59Z', false],
    ['2028-02-29T23:00:00Z', true],
  ])('a leap day is quiet from midnight to midnight in Berlin: %s is %s', (instant, passes) => {
    expect(at(instant, { quietDays: ['2028-02-29'] }, 'Europe/Berlin')).toEqual(
      passes ? [] : ['outside_hours'],
    );
  });

  test.each([
    ['2026-12-24T17:59:59Z', true],
    ['2026-12-24T18:00:00Z', false],
    ['2026-12-27T05:59:59Z', false],
    ['2026-12-27T06:00:00Z', true],
  ])('a blackout holds from its first second and not in its last: %s is %s', (instant, passes) => {
    const rule = { blackouts: [{ from: '2026-12-24T18:00:00Z', to: '2026-12-27T06:00:00Z' }] };
    expect(at(instant, rule)).toEqual(passes ? [] : ['outside_hours']);
    expect(found(ruled(rule, { stage: 'mint', now: new Date(instant) }))).toEqual(
      passes ? [] : ['outside_hours'],
    );
  });

  test('P13: a zone that this machine does not know refuses by throwing', () => {
    const rule = { quietDays: ['2028-02-29'] };
    expect(() => found(ruled(rule, {}, 'Europe/Atlantis'))).toThrow(RangeError);
  });

  test('more than three stages together are refused', () => {
    const stages = ['a', 'b', 'c', 'd'].map((name) => ({ name, groups: [], approvals: 1 }));
    expect(found(ruled({ stages: stages.slice(0, 2) }, { reviewers: { vendor: 1, customer: 9 } }))).toEqual(
      [],
    );
    expect(found(ruled({ stages }, { reviewers: { vendor: 1, customer: 9 } }))).toEqual([
      'nobody_can_review /tenant',
    ]);
  });
});

describe('a request that hidden fields are shown', () => {
  const masked = (controls: Partial<typeof sampleControls> = {}): PolicyContext => {
    const context = sampleContext();
    const { definition } = context.service!;
    const routes = definition.routes.map((route) => ({ ...route, mask: ['/iban'] }));
    context.service = { ...context.service!, definition: { ...definition, routes } };
    context.tenant = { ...context.tenant!, controls: { ...sampleControls, ...controls } };
    return context;
  };
  const unmasked = { unmasked: true as const };

  test('is possible if a route in its scope hides any; it is no low risk, so Slack cannot approve it', () => {
    expect(codes(unmasked, masked())).toEqual([]);
    expect(codes(unmasked)).toEqual(['unmasked_not_allowed']);
    expect(evaluate(ask(unmasked), masked()).needs).toMatchObject({
      customer: { required: 1, channels: ['web', 'api'] },
      risk: { level: 'medium' },
    });
    expect(evaluate(ask(), masked()).needs?.risk.level).toBe('low');
  });

  test('P1: names the hidden fields among the reasons, also at high risk', () => {
    const context = masked({ countersign: ['list', 'read'] });
    const { risk } = evaluate(ask(unmasked), { ...context, trust: { ...context.trust, signers: 2 } }).needs!;
    expect(risk.level).toBe('high');
    expect(risk.reasons[0]).toBe('Fields that are usually hidden are shown in full.');
  });

  test('is refused if the controls keep them hidden, at every later stage too', () => {
    const hidden = masked({ keepMasked: true });
    for (const stage of ['request', 'review', 'activation', 'mint'] as const)
      expect(codes(unmasked, { ...hidden, stage })).toEqual(['unmasked_not_allowed']);
    expect(codes({}, hidden)).toEqual([]);
  });

  test.each(['emergency', 'legal'] as const)('is refused on the basis %s', (basis) => {
    expect(codes({ ...unmasked, basis }, masked())).toContain('unmasked_not_allowed');
  });

  test('needs an approval where the controls only observe', () => {
    const rules = [{ mode: 'observe' as const, services: ['billing'] }];
    const required = (change: object) => evaluate(ask(change), masked({ rules })).needs?.customer.required;
    expect([required({}), required(unmasked)]).toEqual([0, 1]);
  });
});
