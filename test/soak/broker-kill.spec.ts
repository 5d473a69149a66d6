import { killBrokerMidDecisions } from '../support/broker-kills.js';
import { brokenByKills } from '../support/expect-broker-kills.js';

test('P7, P8: kill -9 of the broker with a hundred decisions in flight, thirty times: each takes effect fully or not at all', async () => {
  const report = await killBrokerMidDecisions(30);
  expect(report.decided).toHaveLength(3_000);
  expect(brokenByKills(report)).toEqual([]);
}, 900_000);
