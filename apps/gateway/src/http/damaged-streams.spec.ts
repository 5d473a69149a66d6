import { GatewayWorld } from '../../../../test/fakes/gateway-world.js';
import { demandStrictReading } from '../../../../test/support/damaged-streams.js';

test('P4: of a connection that is damaged anywhere the upstream sees only what a strict reader sees', async () => {
  const world = await GatewayWorld.start();
  try {
    await demandStrictReading(world, 400);
  } finally {
    await world.stop();
  }
});
