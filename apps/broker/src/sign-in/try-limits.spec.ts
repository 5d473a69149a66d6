import { CODE_REQUESTS, TryLimits } from './try-limits.js';

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
    const tries = { address, addressHere: `${network} ${address}`, browser, network };
    await limits.count(tries).then(
      () => {
        passed += 1;
      },
      (error: unknown) => expect(error).toMatchObject({ code: 'rate_limited' }),
    );
  }
  return passed;
}

describe('asking for codes', () => {
  test('somebody who asks for another’s address on and on locks them out nowhere else', async () => {
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
    expect(passed).toBe(20);
  });

  test('what a network has used up is counted against nobody’s address', async () => {
    const limits = new TryLimits({ ...CODE_REQUESTS, network: 2 });
    expect(await asks(limits, '192.0.2.1', 'acme ada', 50)).toBe(2);
    for (const network of ['192.0.2.2', '192.0.2.3'])
      expect(await asks(limits, network, 'acme ada', 9)).toBe(2);
  });
});
