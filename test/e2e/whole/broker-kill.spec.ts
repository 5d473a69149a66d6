import { killBrokerMidDecisions } from '../../support/broker-kills.js';
import { brokenByKills } from '../../support/expect-broker-kills.js';

test('P7, P8: kill -9 of the broker with a hundred decisions in flight, twice: each holds whole or not at all', async () => {
  const report = await killBrokerMidDecisions(2);
  expect(report.decided).toHaveLength(200);
  expect(brokenByKills(report)).toEqual([]);
  expect(report.decided.some(({ status }) => status === undefined)).toBe(true);
  expect(report.decided.some(({ status }) => status === 201)).toBe(true);
}, 120_000);
