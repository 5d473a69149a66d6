import fc from 'fast-check';
import { decodeBase64url, encodeBase64url } from './base64url.js';
import { type IdPrefix, isAction, isId, isServiceName, isSlug, isTenantSlug } from './ids.js';
import { formatDuration, isInstant, parseDuration, toInstant } from './time.js';

describe('ids, slugs and names', () => {
  const id = '0199f0a0-7b2c-7002-8000-000000000002';

  test.each([
    ['req', `req_${id}`, true],
    ['grt', `req_${id}`, false],
    ['req', 'req_0199F0A0-7b2c-7002-8000-000000000002', false],
    ['req', 'req_0199f0a0-7b2c-4002-8000-000000000002', false],
    ['req', 'req_0199f0a0-7b2c-7002-c000-000000000002', false],
    ['req', `req_${id}\n`, false],
    ['req', `req_${id.replaceAll('-', '')}`, false],
    ['req', id, false],
    ['req', '', false],
  ] satisfies [IdPrefix, string, boolean][])('isId(%s, %j) is %s', (prefix, value, answer) => {
    expect(isId(prefix, value)).toBe(answer);
  });

  test('a slug is 1 to 63 of a-z 0-9 -, and begins with no hyphen', () => {
    expect(['a', '0', 'a-b', 'a'.repeat(63)].every(isSlug)).toBe(true);
    expect(['', '-a', 'A', 'a_b', 'a'.repeat(64), 'a\n', 'é'].some(isSlug)).toBe(false);
  });

  test('no tenant has the slug of the deployment log', () => {
    expect([isTenantSlug('acme'), isTenantSlug('deployment')]).toEqual([true, false]);
  });

  test('a service is named neither like a path of the gateway nor from a digit on', () => {
    expect(['billing', 'a', 'b-2'].every(isServiceName)).toBe(true);
    const taken = ['healthz', 'readyz', 'metrics', 'authz', 'countersign', 'import'];
    expect([...taken, '2b', '', 'B', 'a.b'].some(isServiceName)).toBe(false);
  });

  test('an action is never *', () => {
    expect([isAction('read'), isAction('*'), isAction(''), isAction('a b')]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});

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

describe('base64url', () => {
  test('says the same as Node and reads back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        const text = encodeBase64url(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64url'));
        expect(decodeBase64url(text)).toEqual(bytes);
      }),
    );
  });

  test('has one spelling for every value', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'AQgw-_+/= z'), maxLength: 8 }), (text) => {
        const bytes = decodeBase64url(text);
        if (bytes !== undefined) expect(encodeBase64url(bytes)).toBe(text);
        else expect(Buffer.from(text, 'base64url').toString('base64url')).not.toBe(text);
      }),
    );
  });
});
