import { summary } from '../../support/account.js';
import { killGatewayUnderLoad } from '../../support/gateway-kills.js';

test('P5: kill -9 of the gateway under load, three times: no call without its record, none recorded twice', async () => {
  const { account, answered, leftOpen } = await killGatewayUnderLoad(3);
  expect(summary(account)).toMatchObject({
    hitsTwice: 0,
    hitsWithoutRecord: 0,
    recordsTwice: 0,
    leavesAreRecords: true,
    outcomesAreRecords: true,
    withoutOutcome: 0,
    unforwardedKnown: 0,
    gaps: 0,
  });
  expect(leftOpen).toBeGreaterThan(0);
  const hits = new Set(account.hits);
  expect([...answered].filter((record) => !hits.has(record))).toEqual([]);
}, 60_000);
