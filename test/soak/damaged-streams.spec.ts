import { GatewayWorld } from '../fakes/gateway-world.js';
import { expectStrictReading } from '../support/damaged-streams.js';

test('P4: over ten thousand damaged connections, the upstream sees only what a strict parser sees', async () => {
  const world = await GatewayWorld.start();
  try {
    await expectStrictReading(world, 10_000);
  } finally {
    await world.stop();
  }
}, 600_000);
