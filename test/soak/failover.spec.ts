import { ALL_RECORDED, summary } from '../support/account.js';
import { killBrokersUnderLoad } from '../support/broker-failover.js';

/** One sample. test/alone/failover.spec.ts kills brokers in clusters of two and of three twenty times each. */
test('P5, P6, P7, P8: kill one of three brokers under load: nothing is lost or doubled, gateways move within 2 s', async () => {
  const { moves, problems, errands, account } = await killBrokersUnderLoad(3, 1);
  expect(problems).toEqual([]);
  expect(errands).toBeGreaterThan(0);
  expect(moves.length).toBeGreaterThanOrEqual(1);
  expect(Math.max(...moves)).toBeLessThan(2_000);
  expect(summary(account)).toEqual(ALL_RECORDED);
  expect(account.hits.length).toBeGreaterThan(0);
}, 240_000);
