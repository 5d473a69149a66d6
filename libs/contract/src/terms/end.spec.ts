import { latestEndOfTerms } from './end.js';

const at = (clock: string) => `2026-11-24T${clock}Z`;
const end = (terms: Partial<Parameters<typeof latestEndOfTerms>[0]>) =>
  latestEndOfTerms({ startsOn: 'approval', lapsesAt: at('12:00:00'), seconds: 60, ...terms });

describe('the end of terms', () => {
  test.each([
    ['approved at the last moment', {}, at('12:01:00')],
    [
      'in the window that was asked for, however late it is approved',
      { startsAt: at('11:59:30') },
      at('12:00:30'),
    ],
    [
      'first used at the last moment',
      { startsOn: 'first-use' as const, useBy: at('14:00:00') },
      at('14:01:00'),
    ],
    ['approved at the last moment, which `useBy` does not move', { useBy: at('14:00:00') }, at('12:01:00')],
  ])('%s', (_case, terms, expected) => {
    expect(end(terms)).toBe(Date.parse(expected));
  });

  test('lies in no calendar, and is one nevertheless', () => {
    expect(end({ lapsesAt: '9999-12-31T23:59:59Z' })).toBe(Date.parse('9999-12-31T23:59:59Z') + 60_000);
  });
});
