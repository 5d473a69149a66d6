import { samplePolicy } from '../../../../test/factories/domain.js';
import type { AccessRule } from '../domain/organisation.js';
import { effectivePolicy } from './effective-policy.js';

const ask = (...actions: string[]) => ({ service: 'billing', scope: [{ resource: 'invoices/*', actions }] });
const ruled = (rules: AccessRule[], ...actions: string[]) =>
  effectivePolicy({ ...samplePolicy, rules }, ask(...actions));

test('without rules the policy’s own values apply', () => {
  const plain = {
    vendorReviews: 1,
    maxDuration: 14_400,
    ticketRequired: false,
    hours: [],
    groups: [],
    invitationSuffices: false,
    reasonCodes: [],
  };
  expect(effectivePolicy(samplePolicy, ask('read'))).toEqual(plain);
  expect(ruled([], 'read')).toEqual(plain);
});

test('the strictest matching rule wins, in any order', () => {
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

test('a rule cannot loosen the policy’s own values', () => {
  expect(ruled([{ vendorReviews: 0, maxDuration: 90_000 }], 'read')).toMatchObject({
    vendorReviews: 1,
    maxDuration: 14_400,
  });
});

test('a rule for other services or actions does not apply', () => {
  const rules: AccessRule[] = [
    { services: ['crm'], vendorReviews: 5 },
    { services: ['billing'], actions: ['update'], groups: ['finance'] },
  ];
  expect(ruled(rules, 'read')).toMatchObject({ vendorReviews: 1, groups: [] });
});

test('the groups and hours of every matching rule apply', () => {
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

describe('P13: an invitation replaces the vendor’s reviews', () => {
  test('only if rules say so for every requested action', () => {
    const rules: AccessRule[] = [{ actions: ['list', 'read'], invitationSuffices: true }];
    expect(ruled(rules, 'list', 'read').invitationSuffices).toBe(true);
    expect(ruled(rules, 'read', 'update').invitationSuffices).toBe(false);
  });

  test('not if a matching rule denies it', () => {
    const rules: AccessRule[] = [
      { invitationSuffices: true },
      { actions: ['read'], invitationSuffices: false },
    ];
    expect(ruled(rules, 'read').invitationSuffices).toBe(false);
    expect(ruled(rules, 'list').invitationSuffices).toBe(true);
    expect(ruled(rules, 'list', 'read').invitationSuffices).toBe(false);
  });
});
