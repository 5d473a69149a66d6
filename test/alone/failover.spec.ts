import { ALL_RECORDED, summary } from '../support/account.js';
import { killBrokersUnderLoad } from '../support/broker-failover.js';

test.each([2, 3])(
  'P5, P6, P7, P8: kill one of %i brokers under load, twenty times: nothing is lost or doubled, gateways move within 2 s',
  async (brokers) => {
    const { moves, problems, errands, account } = await killBrokersUnderLoad(brokers, 20);
    expect(problems).toEqual([]);
    expect(errands).toBeGreaterThan(0);
    expect(moves.length).toBeGreaterThanOrEqual(20);
    expect(Math.max(...moves)).toBeLessThan(2_000);
    expect(summary(account)).toEqual(ALL_RECORDED);
    expect(account.hits.length).toBeGreaterThan(0);
  },
  1_800_000,
);
