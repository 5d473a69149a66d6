import { GatewayWorld } from '../../../../test/fakes/gateway-world.js';
import { until } from '../../../../test/fakes/until.js';

/** Both at the same time: most of the time here is waiting. */
let slow: GatewayWorld;
let lessSlow: GatewayWorld;
beforeAll(async () => {
  [slow, lessSlow] = await Promise.all([startSlow(13_000), startSlow(6_000)]);
});
afterAll(() => Promise.all([slow.stop(), lessSlow.stop()]));

/** A broker that needs this long for a snapshot and sends nothing before. */
async function startSlow(milliseconds: number): Promise<GatewayWorld> {
  const world = new GatewayWorld();
  await world.prepare();
  const { broker } = world;
  broker.heartbeats = false;
  let asked = 0;
  broker.holds = ({ type }, send) => {
    if (type !== 'snapshot') return false;
    asked += 1;
    const mine = asked;
    setTimeout(() => {
      // The earlier caller has gone.
      if (mine !== asked) return;
      send();
      broker.heartbeats = true;
    }, milliseconds);
    return true;
  };
  await world.startGateway();
  return world;
}

test('a gateway waits longer and longer for a broker that needs more time for a snapshot', async () => {
  const { broker, gateway } = slow;
  await until(() => gateway.isInTouch(), 100_000);
  // The first connection is given up, the second is waited for. Its snapshot is too old by then, and a third continues
  // from there.
  expect(broker.resumes.slice(0, 3)).toEqual([undefined, undefined, '1.0']);
  expect((await slow.send({ token: broker.token(broker.grant()) })).status).toBe(200);
}, 120_000);

test('a first event that takes 6 s alone causes no new connection', async () => {
  const { broker, gateway } = lessSlow;
  await until(() => gateway.isInTouch(), 60_000);
  let heartbeats = 0;
  broker.tamper = (event) => {
    if (event.type === 'heartbeat') heartbeats += 1;
    return event;
  };
  await until(() => heartbeats >= 10, 60_000);
  expect(broker.resumes).toEqual([undefined]);
  expect(gateway.isInTouch()).toBe(true);
}, 120_000);
