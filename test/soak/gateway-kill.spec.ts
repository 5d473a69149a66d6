import { brokenByGatewayKills, NOTHING_BROKEN } from '../support/expect-gateway-kills.js';
import { killGatewayUnderLoad } from '../support/gateway-kills.js';

const KILLS = 50;

test(`P5: kill -9 of the gateway under load, ${KILLS} times: every call has exactly one record`, async () => {
  const report = await killGatewayUnderLoad(KILLS);
  expect(brokenByGatewayKills(report)).toEqual(NOTHING_BROKEN);
  expect(report.leftOpen).toBeGreaterThan(0);
}, 1_800_000);
