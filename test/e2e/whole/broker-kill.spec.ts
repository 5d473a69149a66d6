import { killBrokerMidDecisions } from '../../support/broker-kills.js';
import { brokenByKills } from '../../support/expect-broker-kills.js';
import { SAMPLES } from '../../support/samples.js';

/** Of its decisions eight are answered when the broker dies. */
const FIRST_ROUND = 7;

test('P7, P8: kill -9 of the broker with many decisions in flight: each takes effect fully or not at all', async () => {
  // One of thirty runs: it kills the broker when some of the decisions are answered.
  const { brokerKills, decisionsInFlight } = SAMPLES;
  const report = await killBrokerMidDecisions(brokerKills.quick, decisionsInFlight.quick, FIRST_ROUND);
  expect(report.decided).toHaveLength(decisionsInFlight.quick);
  expect(brokenByKills(report)).toEqual([]);
  expect(report.decided.some(({ status }) => status === undefined)).toBe(true);
  expect(report.decided.some(({ status }) => status === 201)).toBe(true);
}, 120_000);
