import { sampleControls } from '../../../../test/factories/domain.js';
import type { ControlRule } from '../domain/privacy-controls.js';
import { effectiveControls } from './effective-controls.js';

const access = { service: 'billing', scope: [{ resource: 'invoices/*', actions: ['read', 'update'] }] };
const owner = { name: 'owner', groups: ['owners'], approvals: 1 };
const dpo = { name: 'dpo', groups: ['dpo'], approvals: 1 };

const effective = (rules: ControlRule[], least = 1) =>
  effectiveControls({ ...sampleControls, rules }, access, { risk: 'high', least });

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
      { service: 'billing', scope },
      { risk: 'low', least: 1 },
    );
    expect(found.approvals).toBe(1);
  });
});

test('the strictest of all values applies, whatever the order', () => {
  const rules = [{ maxDuration: 600 }, { maxDuration: 300, approvals: 2 }, { approvals: 4 }];
  expect(effective(rules)).toEqual(effective([...rules].reverse()));
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
