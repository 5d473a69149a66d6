import { GatewayWorld } from '../../../../test/fakes/gateway-world.js';
import { demandNoWayRound } from '../../../../test/support/rewritten-calls.js';

test('P4: no rewritten spelling of a call gets round the gateway, and what the upstream sees is what was judged', async () => {
  const world = await GatewayWorld.start();
  try {
    await demandNoWayRound(world, 400);
  } finally {
    await world.stop();
  }
});
