import {
  readInvoices,
  sampleContext,
  sampleControls,
  samplePolicy,
} from '../../../../test/factories/domain.js';
import type { EmergencyControls } from '../domain/privacy-controls.js';
import type { PolicyContext } from './context.js';
import { evaluate } from './evaluate.js';
import type { RequestedAccess } from './requested-access.js';

const emergencies: EmergencyControls = {
  allow: [{ services: ['billing'], actions: ['list', 'read', 'update'], maxDuration: 1_800 }],
  disclosureDue: 86_400,
};

const emergency = (change: Partial<RequestedAccess> = {}): RequestedAccess => ({
  ...{ tenant: 'acme', service: 'billing', scope: readInvoices, seconds: 1_800, justified: true },
  ...{ ticket: null, reasonCode: null, basis: 'emergency', startsOn: 'approval', ...change },
});

type Bases = NonNullable<PolicyContext['trust']['document']>['bases'];

function context(change: Partial<PolicyContext> = {}, bases?: Bases): PolicyContext {
  const sample = sampleContext({ reviewers: { vendor: 2, customer: 0 }, ...change });
  const document = { validUntil: '2027-01-01T00:00:00Z', countersign: { exceptActions: [] }, forbid: [] };
  return {
    ...sample,
    tenant: { ...sample.tenant!, controls: { ...sampleControls, emergency: emergencies } },
    ...(bases === undefined
      ? {}
      : { trust: { document: { ...document, bases } as never, signers: 0, stopped: false } }),
  };
}

const codes = (access: RequestedAccess, where: PolicyContext): string[] =>
  evaluate(access, where).refusals.map(({ code, pointer }) => `${code} ${pointer}`);

const listed: Bases = [
  { basis: 'emergency', services: ['billing'], actions: ['list', 'read'], maxSeconds: 900 },
];

test('an emergency is forbidden unless the controls list it', () => {
  const plain = sampleContext({ reviewers: { vendor: 2, customer: 0 } });
  const refused = codes(emergency(), plain);
  expect(refused.length).toBeGreaterThan(0);
  expect(new Set(refused.map((each) => each.split(' ')[0]))).toEqual(new Set(['basis_not_allowed']));
});

test('a listed emergency needs two of the vendor’s reviewers and no approval, whatever needs a countersignature', () => {
  const { refusals, needs } = evaluate(
    emergency({ scope: [{ resource: 'invoices/*', actions: ['update'] }] }),
    context(),
  );
  expect(refusals).toEqual([]);
  expect(needs).toMatchObject({
    vendor: { required: 2 },
    customer: { required: 0, countersignature: false },
    risk: { level: 'high' },
  });
});

test('the vendor’s policy may require more reviewers in an emergency, never fewer', () => {
  const required = (vendorReviews: number) =>
    evaluate(emergency(), context({ policy: { ...samplePolicy, vendorReviews } })).needs?.vendor.required;
  expect([0, 1, 2, 3].map(required)).toEqual([2, 2, 2, 3]);
});

test.each([
  ['another service', { service: 'crm' }, 'basis_not_allowed'],
  [
    'another action',
    { scope: [{ resource: 'invoices/*', actions: ['delete'] }] },
    'basis_not_allowed /scope/0/actions/0',
  ],
  ['a second longer than listed', { seconds: 1_801 }, 'duration_too_long /duration'],
  ['a later start', { startsAt: '2026-11-25T00:00:00Z' }, 'basis_not_allowed /startsAt'],
  [
    'a start on first use',
    { startsOn: 'first-use', useBy: '2026-11-25T00:00:00Z' },
    'basis_not_allowed /startsOn',
  ],
] as const)('an emergency is refused for %s', (_what, change, refused) => {
  const found = codes(emergency(change as Partial<RequestedAccess>), context());
  expect(found.some((each) => each.startsWith(refused))).toBe(true);
});

test('an emergency needs two reviewers who are not its requester', () => {
  expect(codes(emergency(), context({ reviewers: { vendor: 1, customer: 5 } }))).toEqual([
    'nobody_can_review ',
  ]);
});

test('what is forbidden, locked or stopped is so in an emergency too', () => {
  expect(codes(emergency({ scope: [{ resource: 'payroll/p-1', actions: ['read'] }] }), context())).toContain(
    'forbidden_scope /scope/0',
  );
  const where = context({}, listed);
  expect(codes(emergency({ seconds: 900 }), { ...where, trust: { ...where.trust, stopped: true } })).toEqual([
    'locked /tenant',
  ]);
});

test('in a claimed tenant the trust document has to list the emergency too, and the shorter time counts', () => {
  expect(codes(emergency({ seconds: 900 }), context({}, listed))).toEqual([]);
  expect(codes(emergency({ seconds: 901 }), context({}, listed))).toEqual(['duration_too_long /duration']);
  expect(codes(emergency({ seconds: 900 }), context({}, []))).not.toEqual([]);
  expect(
    codes(
      emergency({ seconds: 900, scope: [{ resource: 'invoices/*', actions: ['update'] }] }),
      context({}, listed),
    ),
  ).toEqual(['basis_not_allowed /scope/0/actions/0']);
});

test('an emergency that the controls no longer list gets no more reviews, start or token', () => {
  for (const stage of ['review', 'activation', 'mint'] as const) {
    const narrowed = sampleContext({ stage, reviewers: { vendor: 2, customer: 2 } });
    expect(codes(emergency(), narrowed)).not.toEqual([]);
    expect(codes(emergency(), context({ stage }))).toEqual([]);
  }
});

test('an approval is not affected by the list of emergencies', () => {
  expect(evaluate(emergency({ basis: null }), context({ reviewers: { vendor: 1, customer: 1 } }))).toEqual(
    evaluate(emergency({ basis: 'approval' }), sampleContext()),
  );
});

test('a claimed tenant that does not list the basis legal refuses access for an authority; a listed one is bounded', () => {
  const counsel = { roles: ['legal' as const] };
  const where = (bases?: Bases) => {
    const policyContext = context({}, bases);
    return { ...policyContext, requester: { ...policyContext.requester, ...counsel } };
  };
  const legal = (change: Partial<RequestedAccess> = {}) =>
    emergency({ basis: 'legal', seconds: 900, ...change });
  expect(codes(legal(), where())).toEqual([]);
  // What it accepts in an emergency it does not accept for an authority.
  for (const bases of [[], listed])
    expect(new Set(codes(legal(), where(bases)).map((each) => each.split(' ')[0]))).toEqual(
      new Set(['basis_not_allowed']),
    );
  const accepted: Bases = [{ ...listed[0]!, basis: 'legal' }];
  expect(codes(legal(), where(accepted))).toEqual([]);
  expect(codes(legal({ seconds: 901 }), where(accepted))).toEqual(['duration_too_long /duration']);
  expect(codes(legal({ service: 'crm' }), where(accepted))).not.toEqual([]);
});
