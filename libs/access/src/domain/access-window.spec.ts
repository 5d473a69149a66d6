import fc from 'fast-check';
import { sampleTerms } from '../../../../test/factories/domain.js';
import { windowAtApproval } from './access-window.js';

const NOW = new Date('2026-11-24T15:00:00.400Z');

describe('the window that an approval opens', () => {
  test('without a start it begins now and lasts as long as requested', () => {
    expect(windowAtApproval(sampleTerms(), NOW)).toEqual({
      state: 'active',
      startsAt: '2026-11-24T15:00:00Z',
      endsAt: '2026-11-24T16:00:00Z',
      useBy: null,
    });
  });

  test('a future start is scheduled', () => {
    expect(windowAtApproval(sampleTerms({ startsAt: '2026-11-24T18:00:00Z' }), NOW)).toEqual({
      state: 'scheduled',
      startsAt: '2026-11-24T18:00:00Z',
      endsAt: '2026-11-24T19:00:00Z',
      useBy: null,
    });
  });

  test('a late approval leaves only the rest of the window', () => {
    expect(windowAtApproval(sampleTerms({ startsAt: '2026-11-24T14:30:00Z' }), NOW)).toEqual({
      state: 'active',
      startsAt: '2026-11-24T15:00:00Z',
      endsAt: '2026-11-24T15:30:00Z',
      useBy: null,
    });
  });

  test('a grant that starts on first use has no window before that', () => {
    const terms = sampleTerms({ startsOn: 'first-use', useBy: '2026-11-25T00:00:00Z' });
    expect(windowAtApproval(terms, NOW)).toEqual({
      state: 'scheduled',
      startsAt: null,
      endsAt: null,
      useBy: '2026-11-25T00:00:00Z',
    });
  });

  test('P3: no approval opens more than was requested, nor earlier', () => {
    fc.assert(
      fc.property(fc.integer({ min: -3_599, max: 604_800 }), (offset) => {
        const startsAt = `${new Date(NOW.getTime() + offset * 1_000).toISOString().slice(0, 19)}Z`;
        const window = windowAtApproval(sampleTerms({ startsAt }), NOW);
        const [from, to] = [Date.parse(window.startsAt!), Date.parse(window.endsAt!)];
        expect(from).toBeGreaterThanOrEqual(Date.parse(startsAt));
        expect(to).toBe(Date.parse(startsAt) + 3_600_000);
      }),
    );
  });
});
