import fc from 'fast-check';
import { formatDuration, isInstant, parseDuration, toInstant } from './time.js';

describe('durations', () => {
  test.each([
    ['PT1H', 3_600],
    ['PT5M', 300],
    ['PT90S', 90],
    ['P1D', 86_400],
    ['P1DT1H1M1S', 90_061],
    ['PT060M', 3_600],
  ])('%s is %d s', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  test.each([
    '',
    'P',
    'PT',
    'P1DT',
    'PT0S',
    'P0D',
    'PT1.5H',
    'PT-1H',
    '-PT1H',
    'P1W',
    'P1M',
    'P1Y',
    'pt1h',
    '1H',
    'PT1S1M',
    ' PT1H',
    'PT1H\n',
    `PT${'9'.repeat(30)}S`,
  ])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  test('formatting and parsing undo each other', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999_999 }), (seconds) => {
        expect(parseDuration(formatDuration(seconds))).toBe(seconds);
      }),
    );
    expect([formatDuration(3_600), formatDuration(90), formatDuration(86_400)]).toEqual([
      'PT1H',
      'PT1M30S',
      'P1D',
    ]);
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('formatDuration refuses %d', (seconds) => {
    expect(() => formatDuration(seconds)).toThrow(expect.objectContaining({ code: 'invalid_duration' }));
  });
});

describe('instants', () => {
  test.each(['2026-11-24T15:00:00Z', '2028-02-29T23:59:59Z', '0000-01-01T00:00:00Z'])('takes %s', (text) => {
    expect(isInstant(text)).toBe(true);
  });

  test.each([
    '2026-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-11-24T24:00:00Z',
    '2026-11-24T15:00:60Z',
    '2026-11-24T15:00:00.000Z',
    '2026-11-24T15:00:00+00:00',
    '2026-11-24t15:00:00z',
    '2026-11-24 15:00:00Z',
    '2026-11-24T15:00:00Z\n',
    '12026-11-24T15:00:00Z',
    '',
  ])('refuses %j', (text) => {
    expect(isInstant(text)).toBe(false);
  });

  test('floors to the second', () => {
    expect(toInstant(new Date('2026-11-24T15:00:00.999Z'))).toBe('2026-11-24T15:00:00Z');
    expect(() => toInstant(new Date(Number.NaN))).toThrow(
      expect.objectContaining({ code: 'invalid_instant' }),
    );
    expect(() => toInstant(new Date(8.64e15))).toThrow(expect.objectContaining({ code: 'invalid_instant' }));
  });
});
