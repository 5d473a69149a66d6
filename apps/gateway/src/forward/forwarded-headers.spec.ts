import { isHostCookie, isOwnCookie, withoutOwnCookies } from './forwarded-headers.js';

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
    const took = (cookies: string) => {
      const began = performance.now();
      for (let count = 0; count < 10; count += 1) withoutOwnCookies(cookies);
      return performance.now() - began;
    };
    // Quadratic time would be 0.2 s each, for everyone who waits behind it.
    for (const space of [' ', '\t', '; ']) expect(took(`a=1;${space.repeat(15_000)}x`)).toBeLessThan(200);
  });
});
