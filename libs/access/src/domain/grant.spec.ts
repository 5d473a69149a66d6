import fc from 'fast-check';
import { sampleGrant } from '../../../../test/factories/domain.js';
import {
  activateGrant,
  dueStep,
  endGrant,
  type Grant,
  isUsable,
  markWarned,
  nextStepAt,
  startOnFirstUse,
  WARNING_SECONDS,
} from './grant.js';

const at = (offset: number): string =>
  new Date(Date.parse('2026-11-24T15:00:00Z') + offset * 1_000).toISOString().replace('.000Z', 'Z');
const time = (offset: number): Date => new Date(at(offset));
const scheduled = (change: Partial<Grant> = {}) =>
  sampleGrant({ state: 'scheduled', startsAt: at(100), endsAt: at(3_700), ...change });
const firstUse = () => scheduled({ startsAt: null, endsAt: null, useBy: at(1_000) });

describe('the due step of a grant', () => {
  test.each<[string, Grant, string | null]>([
    ['a scheduled grant starts at its start', scheduled(), at(100)],
    ['a grant that waits for its first use ends at useBy', firstUse(), at(1_000)],
    ['an active grant warns ten minutes before its end', activateGrant(scheduled()), at(3_100)],
    ['a grant that has warned ends', markWarned(activateGrant(scheduled()), at(3_100)), at(3_700)],
    ['a short grant ends without a warning', sampleGrant({ startsAt: at(0), endsAt: at(600) }), at(600)],
    ['an ended grant has no step', endGrant(sampleGrant(), 'revoked', at(1)), null],
  ])('%s', (_title, grant, due) => {
    expect(nextStepAt(grant)).toBe(due);
  });

  test('nothing is due a second before, and exactly one thing at the instant', () => {
    expect([dueStep(scheduled(), time(99)), dueStep(scheduled(), time(100))]).toEqual([null, 'activate']);
    expect([dueStep(firstUse(), time(999)), dueStep(firstUse(), time(1_000))]).toEqual([null, 'expire']);
    const active = activateGrant(scheduled());
    expect([dueStep(active, time(3_099)), dueStep(active, time(3_100))]).toEqual([null, 'warn']);
  });

  test('P3: a step that was missed while the job did not run never gives access after the end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 1, max: 5_000 }), (start, length) => {
        const grant = scheduled({ startsAt: at(start), endsAt: at(start + length) });
        expect(dueStep(grant, time(start + length))).toBe('expire');
        expect(dueStep(activateGrant(grant), time(start + length))).toBe('expire');
        expect(isUsable(grant, time(start))).toBe(false);
      }),
    );
  });

  test('running every due step leads to the end through each step once', () => {
    const seen: string[] = [];
    let grant: Grant = scheduled();
    for (let offset = 0; offset <= 4_000; offset += 50) {
      const duty = dueStep(grant, time(offset));
      if (duty === null) continue;
      seen.push(duty);
      if (duty === 'activate') grant = activateGrant(grant);
      if (duty === 'warn') grant = markWarned(grant, at(offset));
      if (duty === 'expire') grant = endGrant(grant, 'expired', at(offset));
    }
    expect(seen).toEqual(['activate', 'warn', 'expire']);
  });
});

describe('a grant that starts on first use', () => {
  test('has its whole time from the first token', () => {
    expect(startOnFirstUse(firstUse(), 60, time(500))).toMatchObject({
      state: 'active',
      startsAt: at(500),
      endsAt: at(560),
    });
  });

  test('starts once', () => {
    const started = startOnFirstUse(firstUse(), WARNING_SECONDS, time(1));
    expect(() => startOnFirstUse(started, WARNING_SECONDS, time(2))).toThrow('has a window already');
  });
});
