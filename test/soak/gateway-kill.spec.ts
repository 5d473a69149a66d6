import { brokenByGatewayKills, NOTHING_BROKEN } from '../support/expect-gateway-kills.js';
import { killGatewayUnderLoad } from '../support/gateway-kills.js';

test('P5: kill -9 of the gateway under load, fifty times: every call has exactly one record', async () => {
  const report = await killGatewayUnderLoad(50);
  expect(brokenByGatewayKills(report)).toEqual(NOTHING_BROKEN);
  expect(report.leftOpen).toBeGreaterThan(0);
}, 1_800_000);
