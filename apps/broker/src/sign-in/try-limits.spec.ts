import { CODE_REQUESTS, codeRequestTries, TryLimits } from './try-limits.js';

/** One try after another, each from a browser of its own. @returns how many were let through */
async function asks(
  limits: TryLimits<keyof typeof CODE_REQUESTS>,
  network: string,
  address: string,
  count: number,
) {
  let passed = 0;
  for (let each = 0; each < count; each += 1) {
    const browser = `${network} ${address} ${each}`;
    await limits.count(await codeRequestTries(limits, { network, browser, address })).then(
      () => {
        passed += 1;
      },
      (error: unknown) => expect(error).toMatchObject({ code: 'rate_limited' }),
    );
  }
  return passed;
}

describe('asking for codes', () => {
  test('someone who asks for another’s address on and on locks them out nowhere else', async () => {
    const limits = new TryLimits(CODE_REQUESTS);
    expect(await asks(limits, '192.0.2.1', 'acme ada', 200)).toBe(5);
    expect(await asks(limits, '192.0.2.2', 'acme ada', 3)).toBe(3);
    expect(await asks(limits, '192.0.2.1', 'acme bob', 3)).toBe(3);
  });

  test('one address is asked for so often and no more, from however many networks', async () => {
    const limits = new TryLimits(CODE_REQUESTS);
    let passed = 0;
    for (let network = 0; network < 40; network += 1)
      passed += await asks(limits, `192.0.2.${network}`, 'acme ada', 5);
    // The first one is the area's; all of one area have as many as one address from all areas.
    expect(passed).toBe(20);
  });

  test('strangers in four networks, or in the many networks of one customer, do not lock out a person who signs in from another network', async () => {
    const limits = new TryLimits(CODE_REQUESTS);
    for (let area = 0; area < 90; area += 1)
      expect(await asks(limits, `198.51.${area}.1`, 'acme ada', 5)).toBeGreaterThanOrEqual(1);
    for (let network = 0; network < 60; network += 1)
      await asks(limits, `2001:db8:7:${network.toString(16)}00::/56`, 'acme ada', 5);
    expect(await asks(limits, '203.0.113.9', 'acme ada', 1)).toBe(1);
    // But not without end: a person's mailbox has a bound too.
    for (let area = 100; area < 200; area += 1) await asks(limits, `198.51.${area}.1`, 'acme ada', 5);
    expect(await asks(limits, '203.0.112.9', 'acme ada', 1)).toBe(0);
  });

  test('what a network has used up is counted against no one’s address', async () => {
    const limits = new TryLimits({ ...CODE_REQUESTS, network: 2 });
    expect(await asks(limits, '192.0.2.1', 'acme ada', 50)).toBe(2);
    for (const network of ['192.0.2.2', '192.0.2.3'])
      expect(await asks(limits, network, 'acme ada', 9)).toBe(2);
  });
});
