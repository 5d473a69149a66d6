import { GatewayWorld } from '../fakes/gateway-world.js';
import { expectNoBypass } from '../support/rewritten-calls.js';
import { SAMPLES } from '../support/samples.js';

test('P4: no rewritten spelling of a call bypasses the gateway, eight thousand times', async () => {
  const world = await GatewayWorld.start();
  try {
    await expectNoBypass(world, SAMPLES.rewrittenCalls.full);
  } finally {
    await world.stop();
  }
}, 600_000);
