import { killBrokerMidDecisions } from '../../support/broker-kills.js';
import { brokenByKills } from '../../support/expect-broker-kills.js';
import { SAMPLES } from '../../support/samples.js';

test('P7, P8: kill -9 of the broker with a hundred decisions in flight: each takes effect fully or not at all', async () => {
  // One of thirty runs: it kills the broker when about a third of the decisions are answered.
  const report = await killBrokerMidDecisions(SAMPLES.brokerKills.quick, 1);
  expect(report.decided).toHaveLength(100);
  expect(brokenByKills(report)).toEqual([]);
  expect(report.decided.some(({ status }) => status === undefined)).toBe(true);
  expect(report.decided.some(({ status }) => status === 201)).toBe(true);
}, 120_000);
