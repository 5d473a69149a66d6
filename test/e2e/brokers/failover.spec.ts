import { ALL_RECORDED, summary } from '../../support/account.js';
import { killBrokersUnderLoad } from '../../support/broker-failover.js';

test.each([
  [2, 2],
  [3, 1],
])(
  'P5, P6, P7, P8: one of %i brokers is killed under load (%i times): nothing lost or doubled, gateways move within 2 s',
  async (brokers, kills) => {
    const { moves, problems, errands, account } = await killBrokersUnderLoad(brokers, kills);
    expect(problems).toEqual([]);
    expect(errands).toBeGreaterThan(0);
    expect(moves.length).toBeGreaterThanOrEqual(kills);
    expect(Math.max(...moves)).toBeLessThan(2_000);
    expect(summary(account)).toEqual(ALL_RECORDED);
    expect(account.hits.length).toBeGreaterThan(0);
  },
  240_000,
);
