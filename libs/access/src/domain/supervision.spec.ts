import fc from 'fast-check';
import {
  addCall,
  countedCalls,
  countFor,
  type SidedRule,
  type SupervisionCount,
  type SupervisionRule,
  supervises,
} from './supervision.js';

const NOW = Date.parse('2026-11-24T15:00:00Z');
const rule = (change: Partial<SupervisionRule> = {}): SidedRule => ({
  side: 'customer',
  rule: { name: 'bulk', count: 'calls', over: 100, within: 300, do: 'pause', ...change },
});
const begin = (change: Partial<SupervisionRule> = {}): SupervisionCount =>
  countFor(rule(change), 'usr_1', undefined);

describe('the count of a rule', () => {
  test('has one size however many calls there are, and counts every call of the rule’s time', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 300 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 86_400 }), (all, within) => {
        let count = begin({ within });
        let now = NOW;
        const calls: number[] = [];
        for (const gap of all) {
          now += gap;
          calls.push(now);
          count = addCall(count, now, now);
          const counted = countedCalls(count);
          const since = (ms: number) => calls.filter((at) => at > now - ms).length;
          // Never fewer than the rule's time has, and none that is older than a sixtieth more.
          expect(counted).toBeGreaterThanOrEqual(since(within * 1_000));
          expect(counted).toBeLessThanOrEqual(since(within * 1_000 + 2 * count.spanMs));
          expect(count.spans.length).toBeLessThanOrEqual(61);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('counts a call in any order of arrival, of the future as of now, and of long ago as at the beginning', () => {
    const late = addCall(addCall(begin(), NOW, NOW), NOW - 100_000, NOW);
    expect(countedCalls(late)).toBe(2);
    const future = addCall(late, NOW + 3_600_000, NOW);
    expect(countedCalls(future)).toBe(3);
    // The clock of that gateway has not moved the window.
    expect(countedCalls(addCall(future, NOW, NOW))).toBe(4);
    expect(countedCalls(addCall(future, NOW - 86_400_000, NOW))).toBe(4);
  });

  test('does not count what was before an engineer was let go on', () => {
    const count = { ...begin(), since: new Date(NOW).toISOString() };
    expect(addCall(count, NOW - 1, NOW + 1_000)).toBe(count);
    expect(countedCalls(addCall(count, NOW, NOW + 1_000))).toBe(1);
  });

  test('begins again if the rule’s time has changed, and not if its limit has', () => {
    const count = { ...addCall(begin(), NOW, NOW), since: '2026-11-24T14:00:00.000Z' };
    expect(countFor(rule({ over: 5 }), 'usr_1', count)).toBe(count);
    expect(countFor(rule({ within: 60 }), 'usr_1', count)).toMatchObject({ spans: [], since: count.since });
  });
});

const call = { person: 'usr_1', service: 'billing', resource: 'invoices/1', action: 'read' };

test.each<[string, Partial<SupervisionRule>, boolean]>([
  ['without conditions', {}, true],
  ['of its service', { services: ['crm', 'billing'] }, true],
  ['of another service', { services: ['crm'] }, false],
  ['of its resource', { resources: ['invoices/*'] }, true],
  ['of another resource', { resources: ['payroll/**'] }, false],
  ['of its action', { actions: ['read'] }, true],
  ['of another action', { actions: ['update'] }, false],
])('a rule %s', (_what, change, expected) => {
  expect(supervises(rule(change).rule, call)).toBe(expected);
});

test('a call of which resource and action are unknown fits every condition on them', () => {
  const unknown = { ...call, resource: null, action: null };
  expect(supervises(rule({ resources: ['payroll/**'], actions: ['update'] }).rule, unknown)).toBe(true);
});
