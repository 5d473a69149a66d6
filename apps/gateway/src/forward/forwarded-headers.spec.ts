import { processorTime } from '../../../../test/support/processor-time.js';
import { clientHeaders, isHostCookie, isOwnCookie, withoutOwnCookies } from './forwarded-headers.js';
import type { LocationRewriter } from './location-rewriter.js';

describe('the gateway’s own cookies', () => {
  test.each([
    '__Host-countersign-session=1',
    ' __host-COUNTERSIGN=1',
    '\t__Host-countersign-x',
    '=__Host-countersign-session=1',
    ' = __Host-countersign-session=1',
  ])('are recognised: %j', (pair) => {
    expect([isOwnCookie(pair), isHostCookie(pair)]).toEqual([true, true]);
    expect(withoutOwnCookies(`a=1;${pair};b=2`)).toBe('a=1;b=2');
    expect(withoutOwnCookies(pair)).toBeUndefined();
  });

  test('are only these', () => {
    for (const pair of ['a=__Host-countersign', '__Host-other=1', 'x__Host-countersign=1', '', '='])
      expect(isOwnCookie(pair)).toBe(false);
    expect(withoutOwnCookies('a=1; b="2"; __Host-other=1')).toBe('a=1; b="2"; __Host-other=1');
  });

  test('are found in linear time', () => {
    const took = (cookies: string) =>
      processorTime(() => {
        for (let count = 0; count < 10; count += 1) withoutOwnCookies(cookies);
      });
    // Eight times the spaces take eight times the time. Quadratic time would be 64 times, for everyone who waits behind it.
    for (const space of [' ', '\t', '; ']) {
      took(`a=1;${space.repeat(15_000)}x`);
      const [half, whole] = [15_000, 120_000].map((count) => took(`a=1;${space.repeat(count)}x`)) as [
        number,
        number,
      ];
      expect(whole).toBeLessThan(Math.max(half, 1) * 40);
    }
  });
});

describe('an answer at a service’s own host', () => {
  const locations = { rewrite: (value: string) => value } as unknown as LocationRewriter;
  const upstream = new URL('http://billing.internal');
  /** What the client gets for these fields of the upstream. */
  const passed = (fields: [string, string][], ownHost = true, isShared = false) =>
    clientHeaders(fields, { service: 'billing', upstream, ownHost, isShared, locations, answersCors: false });

  test.each([
    ['public, max-age=60', 'private, max-age=60'],
    ['s-maxage=600', 'private'],
    ['PUBLIC,no-cache,Must-Revalidate', 'private, no-cache, must-revalidate'],
    ['no-store', 'private, no-store'],
    // With a field's name, `private` is about that field alone (RFC 9111 §5.2.2.7).
    ['private="x-name", max-age=5', 'private, max-age=5'],
  ])('is never stored by a cache that several people share: %s', (cacheControl, expected) => {
    expect(passed([['cache-control', cacheControl]])).toEqual(['cache-control', expected]);
  });

  test('is private if the upstream says nothing, or says it to caches of a kind alone', () => {
    const fields: [string, string][] = [
      ['cdn-cache-control', 'max-age=60'],
      ['surrogate-control', 'max-age=60'],
    ];
    expect(passed(fields)).toEqual(['cache-control', 'private']);
  });

  test.each(['public', 's-maxage=60', 'must-revalidate, max-age=60'])(
    'elsewhere has nothing by which a shared cache may store an answer to a token: %s',
    (cacheControl) => {
      const fields: [string, string][] = [
        ['cache-control', cacheControl],
        ['cdn-cache-control', 'public'],
      ];
      const [name, value] = passed(fields, false);
      expect([name, value?.startsWith('private')]).toEqual(['cache-control', true]);
      expect(passed([], false)).toEqual([]);
    },
  );

  test('keeps its length if the upstream names it in Connection', () => {
    const fields: [string, string][] = [
      ['connection', 'content-length, x-own'],
      ['content-length', '5'],
      ['x-own', '1'],
    ];
    expect(passed(fields, false)).toEqual(['content-length', '5']);
  });

  test('of a shared route is private everywhere: it is the same for every tenant, but needs a grant', () => {
    expect(passed([['cache-control', 'public, max-age=60']], false, true)).toEqual([
      ...['cache-control', 'private, max-age=60'],
    ]);
  });
});
