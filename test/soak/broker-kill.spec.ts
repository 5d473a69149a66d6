import { killBrokerMidDecisions } from '../support/broker-kills.js';
import { brokenByKills } from '../support/expect-broker-kills.js';
import { SAMPLES } from '../support/samples.js';

test('P7, P8: kill -9 of the broker with a hundred decisions in flight, thirty times: each takes effect fully or not at all', async () => {
  const report = await killBrokerMidDecisions(SAMPLES.brokerKills.full);
  expect(report.decided).toHaveLength(100 * SAMPLES.brokerKills.full);
  expect(brokenByKills(report)).toEqual([]);
}, 900_000);
