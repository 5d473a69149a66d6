import { GatewayWorld } from '../fakes/gateway-world.js';
import { expectStrictReading } from '../support/damaged-streams.js';

test('P4: of ten thousand damaged connections, the upstream sees only what a strict reader sees', async () => {
  const world = await GatewayWorld.start();
  try {
    await expectStrictReading(world, 10_000);
  } finally {
    await world.stop();
  }
}, 600_000);
