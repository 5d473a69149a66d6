import { killBrokerMidDecisions } from '../support/broker-kills.js';
import { brokenByKills } from '../support/expect-broker-kills.js';
import { SAMPLES } from '../support/samples.js';

const { brokerKills, decisionsInFlight } = SAMPLES;

test(`P7, P8: kill -9 of the broker with ${decisionsInFlight.full} decisions in flight, ${brokerKills.full} times: each takes effect fully or not at all`, async () => {
  const report = await killBrokerMidDecisions(brokerKills.full, decisionsInFlight.full);
  expect(report.decided).toHaveLength(decisionsInFlight.full * brokerKills.full);
  expect(brokenByKills(report)).toEqual([]);
}, 900_000);
