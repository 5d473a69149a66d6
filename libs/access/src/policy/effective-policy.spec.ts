import { samplePolicy } from '../../../../test/factories/domain.js';
import type { AccessRule } from '../domain/organisation.js';
import { effectivePolicy } from './effective-policy.js';

const ask = (...actions: string[]) => ({ service: 'billing', scope: [{ resource: 'invoices/*', actions }] });
const ruled = (rules: AccessRule[], ...actions: string[]) =>
  effectivePolicy({ ...samplePolicy, rules }, ask(...actions));

test('without rules the policy is what it says itself', () => {
  const plain = {
    vendorReviews: 1,
    maxDuration: 14_400,
    ticketRequired: false,
    hours: [],
    groups: [],
    invitationSuffices: false,
  };
  expect(effectivePolicy(samplePolicy, ask('read'))).toEqual(plain);
  expect(ruled([], 'read')).toEqual(plain);
});

test('of all rules that match, the strictest wins, whatever their order', () => {
  const rules: AccessRule[] = [
    { vendorReviews: 2, maxDuration: 1_800 },
    { actions: ['update'], vendorReviews: 3, maxDuration: 3_600, ticketRequired: true },
    { services: ['billing'], vendorReviews: 0, maxDuration: 90_000, ticketRequired: false },
  ];
  for (const order of [rules, rules.toReversed()]) {
    expect(ruled(order, 'read')).toMatchObject({
      vendorReviews: 2,
      maxDuration: 1_800,
      ticketRequired: false,
    });
    expect(ruled(order, 'read', 'update')).toMatchObject({
      vendorReviews: 3,
      maxDuration: 1_800,
      ticketRequired: true,
    });
  }
});

test('a rule cannot loosen what the policy says itself', () => {
  expect(ruled([{ vendorReviews: 0, maxDuration: 90_000 }], 'read')).toMatchObject({
    vendorReviews: 1,
    maxDuration: 14_400,
  });
});

test('a rule for other services or actions says nothing', () => {
  const rules: AccessRule[] = [
    { services: ['crm'], vendorReviews: 5 },
    { services: ['billing'], actions: ['update'], groups: ['finance'] },
  ];
  expect(ruled(rules, 'read')).toMatchObject({ vendorReviews: 1, groups: [] });
});

test('each matching rule’s groups and hours must hold', () => {
  const hours = { days: ['mon' as const], from: '08:00', to: '18:00', zone: 'UTC' };
  const rules: AccessRule[] = [{ groups: ['a', 'b'] }, { actions: ['read'], groups: ['b', 'c'], hours }];
  expect(ruled(rules, 'read')).toMatchObject({
    groups: [
      ['a', 'b'],
      ['b', 'c'],
    ],
    hours: [hours],
  });
});

describe('P13: an invitation takes the place of the vendor’s reviews', () => {
  test('only where that is said of every action that is asked for', () => {
    const rules: AccessRule[] = [{ actions: ['list', 'read'], invitationSuffices: true }];
    expect(ruled(rules, 'list', 'read').invitationSuffices).toBe(true);
    expect(ruled(rules, 'read', 'update').invitationSuffices).toBe(false);
  });

  test('not where a matching rule denies it', () => {
    const rules: AccessRule[] = [
      { invitationSuffices: true },
      { actions: ['read'], invitationSuffices: false },
    ];
    expect(ruled(rules, 'read').invitationSuffices).toBe(false);
    expect(ruled(rules, 'list').invitationSuffices).toBe(true);
    expect(ruled(rules, 'list', 'read').invitationSuffices).toBe(false);
  });
});
