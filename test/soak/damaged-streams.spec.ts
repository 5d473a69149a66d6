import { GatewayWorld } from '../fakes/gateway-world.js';
import { expectStrictReading } from '../support/damaged-streams.js';
import { SAMPLES } from '../support/samples.js';

test('P4: over five thousand damaged connections, the upstream sees only what a strict parser sees', async () => {
  const world = await GatewayWorld.start();
  try {
    await expectStrictReading(world, SAMPLES.damagedConnections.full);
  } finally {
    await world.stop();
  }
}, 600_000);
