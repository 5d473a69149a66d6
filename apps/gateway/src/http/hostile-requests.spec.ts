import { GatewayWorld } from '../../../../test/fakes/gateway-world.js';
import { expectStrictReading } from '../../../../test/support/damaged-streams.js';
import { expectNoBypass } from '../../../../test/support/rewritten-calls.js';
import { SAMPLES } from '../../../../test/support/samples.js';

test('P4: on a connection with damage anywhere, the upstream sees only what a strict reader sees', async () => {
  const world = await GatewayWorld.start();
  try {
    await expectStrictReading(world, SAMPLES.damagedConnections.quick);
  } finally {
    await world.stop();
  }
});

test('P4: no rewritten spelling of a call bypasses the gateway, and the upstream sees exactly what was authorized', async () => {
  const world = await GatewayWorld.start();
  try {
    await expectNoBypass(world, SAMPLES.rewrittenCalls.quick);
  } finally {
    await world.stop();
  }
});
