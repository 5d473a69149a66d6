import type { RiskLevel, TrustDocument } from '@countersign/contract';
import { sampleControls } from '../../../../test/factories/domain.js';
import type { ControlRule } from '../domain/privacy-controls.js';
import { effectiveControls } from './effective-controls.js';

const access = {
  service: 'billing',
  reasonCode: null,
  scope: [{ resource: 'invoices/*', actions: ['read', 'update'] }],
};
const owner = { name: 'owner', groups: ['owners'], approvals: 1 };
const dpo = { name: 'dpo', groups: ['dpo'], approvals: 1 };

const UNCLAIMED = { document: null };

const effective = (rules: ControlRule[], approvals = 1, risk: RiskLevel = 'high') =>
  effectiveControls({ ...sampleControls, approvals, rules }, access, { risk, trust: UNCLAIMED });

describe('a rule applies if it covers service, risk and one requested action on an overlapping resource', () => {
  test.each<[string, ControlRule, boolean]>([
    ['no condition', {}, true],
    ['its service', { services: ['crm', 'billing'] }, true],
    ['another service', { services: ['crm'] }, false],
    ['its action', { actions: ['update'] }, true],
    ['another action', { actions: ['erase'] }, false],
    ['a resource inside', { resources: ['invoices/4711'] }, true],
    ['a resource around', { resources: ['**'] }, true],
    ['another resource', { resources: ['payroll/**'] }, false],
    ['its risk', { risks: ['medium', 'high'] }, true],
    ['another risk', { risks: ['low', 'medium'] }, false],
    ['one condition of two', { actions: ['update'], resources: ['payroll/**'] }, false],
  ])('%s', (_name, condition, applies) => {
    expect(effective([{ ...condition, approvals: 3 }]).approvals).toBe(applies ? 3 : 1);
  });

  test('action and resource are those of one entry', () => {
    const scope = [
      { resource: 'invoices/*', actions: ['read'] },
      { resource: 'payroll/*', actions: ['list'] },
    ];
    const rules = [{ resources: ['payroll/**'], actions: ['read'], approvals: 3 }];
    const found = effectiveControls(
      { ...sampleControls, rules },
      { service: 'billing', reasonCode: null, scope },
      { risk: 'low', trust: UNCLAIMED },
    );
    expect(found.approvals).toBe(1);
  });
});

test('the strictest of all values applies, whatever the order', () => {
  const rules = [{ maxDuration: 600 }, { maxDuration: 300, approvals: 2 }, { approvals: 4 }];
  const { rules: _matching, ...combined } = effective(rules);
  expect(effective([...rules].reverse())).toMatchObject(combined);
  expect(effective(rules)).toMatchObject({ approvals: 4, maxDuration: 300 });
  expect(effective([{ maxDuration: 7_200 }])).toMatchObject({ maxDuration: 3_600 });
});

test('stages of several rules come one after the other; one that two rules name takes the greater number', () => {
  const { stages, approvals } = effective([
    { stages: [owner, dpo] },
    { stages: [{ ...owner, approvals: 2 }] },
  ]);
  expect(stages).toEqual([{ ...owner, approvals: 2 }, dpo]);
  expect(approvals).toBe(3);
});

test('approvals beyond those of the stages may come from every approver', () => {
  const extra = { name: 'approvers', groups: [], approvals: 2 };
  expect(effective([{ stages: [owner] }], 3).stages).toEqual([owner, extra]);
  expect(effective([{ stages: [{ name: 'first', groups: [], approvals: 1 }, dpo] }], 3).stages).toEqual([
    { name: 'first', groups: [], approvals: 2 },
    dpo,
  ]);
  expect(effective([{ stages: [owner, dpo] }], 2).stages).toEqual([owner, dpo]);
});

describe('the mode of a service', () => {
  const observed: ControlRule = { services: ['billing'], mode: 'observe' };

  test('observe: no approval, unless the risk is high or another rule requires one', () => {
    expect(effective([observed], 1, 'medium').approvals).toBe(0);
    expect(effective([observed], 1, 'high').approvals).toBe(1);
    expect(effective([observed, { actions: ['update'], approvals: 2 }], 1, 'low').approvals).toBe(2);
    expect(effective([{ ...observed, services: ['crm'] }], 1, 'low').approvals).toBe(1);
  });

  test('observe does not go below what the trust document requires', () => {
    const document = { approvals: 2 } as TrustDocument;
    const found = effectiveControls({ ...sampleControls, rules: [observed] }, access, {
      risk: 'low',
      trust: { document },
    });
    expect(found.approvals).toBe(2);
  });

  test('each access: one call', () => {
    expect(effective([{ mode: 'each-access' }, { maxBudget: { calls: 10, bytes: 100 } }]).maxBudget).toEqual({
      calls: 1,
      bytes: 100,
    });
  });
});

test('only the channels that all rules name are left', () => {
  expect(effective([]).channels).toBeNull();
  expect(effective([{ channels: ['web', 'api'] }, { channels: ['api', 'slack'] }]).channels).toEqual(['api']);
});

test('a rule for some reasons applies to requests that state one of them', () => {
  const rules: ControlRule[] = [{ reasons: ['maintenance'], approvals: 2 }];
  const of = (reasonCode: string | null) =>
    effectiveControls(
      { ...sampleControls, rules },
      { ...access, reasonCode },
      { risk: 'low', trust: UNCLAIMED },
    ).approvals;
  expect([of(null), of('incident'), of('maintenance')]).toEqual([1, 1, 2]);
});
