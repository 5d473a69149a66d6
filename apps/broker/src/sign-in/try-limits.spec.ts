import { RateLimited } from '../http/problem.js';
import { CODE_REQUESTS, codeRequestTries, TryLimits } from './try-limits.js';

/** One try after another, each from a browser of its own. @returns how many were let through */
function asks(
  limits: TryLimits<keyof typeof CODE_REQUESTS>,
  network: string,
  address: string,
  count: number,
  own?: string,
) {
  let passed = 0;
  for (let each = 0; each < count; each += 1) {
    const browser = `${network} ${address} ${each}`;
    try {
      limits.count(
        codeRequestTries(limits, { network, browser, address, ...(own === undefined ? {} : { own }) }),
      );
      passed += 1;
    } catch (error) {
      expect(error).toBeInstanceOf(RateLimited);
    }
  }
  return passed;
}

describe('asking for codes', () => {
  test('someone who asks for another’s address on and on locks them out nowhere else', () => {
    const limits = new TryLimits(CODE_REQUESTS);
    expect(asks(limits, '192.0.2.1', 'acme ada', 200)).toBe(5);
    expect(asks(limits, '192.0.3.2', 'acme ada', 2)).toBe(2);
    expect(asks(limits, '192.0.2.1', 'acme bob', 3)).toBe(3);
  });

  test('a flood of addresses from one network, as of a proxy or an office, keeps no one there out', () => {
    const limits = new TryLimits(CODE_REQUESTS);
    for (let each = 0; each < 1_000; each += 1) asks(limits, '192.0.2.1', `acme invented-${each}`, 1);
    expect(asks(limits, '192.0.2.1', 'acme ada', 2)).toBe(2);
  });

  test('a browser that is known for an address has a share of its own, whatever strangers ask for', () => {
    const limits = new TryLimits(CODE_REQUESTS);
    for (let area = 0; area < 150; area += 1) asks(limits, `198.51.${area}.1`, 'acme ada', 9);
    expect(asks(limits, '198.51.0.1', 'acme ada', 9, 'known')).toBe(5);
  });

  test('a stranger’s mailbox gets few codes: five from one part of the internet, eleven from four', () => {
    const limits = new TryLimits(CODE_REQUESTS);
    let passed = 0;
    for (let network = 0; network < 40; network += 1)
      passed += asks(limits, `192.0.2.${network}`, 'acme ada', 5);
    expect(passed).toBe(5);
    for (const area of [3, 4, 5])
      for (let network = 0; network < 40; network += 1)
        passed += asks(limits, `192.0.${area}.${network}`, 'acme ada', 5);
    expect(passed).toBe(11);
  });

  test('strangers in forty parts of the internet, or in the many networks of one customer, do not lock out a person who signs in from another network', () => {
    const limits = new TryLimits(CODE_REQUESTS);
    for (let area = 0; area < 40; area += 1)
      expect(asks(limits, `198.51.${area}.1`, 'acme ada', 5)).toBeGreaterThanOrEqual(2);
    for (let network = 0; network < 60; network += 1)
      asks(limits, `2001:db8:7:${network.toString(16)}00::/56`, 'acme ada', 5);
    expect(asks(limits, '203.0.113.9', 'acme ada', 3)).toBe(2);
    // But not without end: a person's mailbox has a bound too.
    for (let area = 100; area < 200; area += 1) asks(limits, `198.51.${area}.1`, 'acme ada', 5);
    expect(asks(limits, '203.0.112.9', 'acme ada', 1)).toBe(0);
  });
});

describe('Retry-After', () => {
  const refusal = (limits: TryLimits<'one' | 'two'>, tries: { one?: string; two?: string }) => {
    try {
      limits.count(tries);
      return 0;
    } catch (error) {
      return (error as RateLimited).seconds;
    }
  };

  test('is the time after which the same try passes, of all limits that refuse it', () => {
    let now = 1;
    const limits = new TryLimits({ one: 1, two: 2 }, () => now);
    expect(refusal(limits, { one: 'a' })).toBe(0);
    now += 600_000;
    expect(refusal(limits, { two: 'x' })).toBe(0);
    expect(refusal(limits, { two: 'x' })).toBe(0);
    // `one` is free after 300 s, `two` after 900 s.
    expect(refusal(limits, { one: 'a', two: 'x' })).toBe(900);
    expect(refusal(limits, { one: 'a' })).toBe(300);
    now += 300_001;
    expect(refusal(limits, { one: 'a', two: 'x' })).toBe(600);
    now += 600_001;
    expect(refusal(limits, { one: 'a', two: 'x' })).toBe(0);
  });

  test('a try that is refused counts against nothing', () => {
    const limits = new TryLimits({ one: 1, two: 1 });
    expect(refusal(limits, { one: 'a' })).toBe(0);
    expect(refusal(limits, { one: 'a', two: 'x' })).toBe(900);
    expect(refusal(limits, { two: 'x' })).toBe(0);
  });
});
