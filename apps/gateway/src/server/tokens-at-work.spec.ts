import { GatewayWorld } from '../../../../test/fakes/gateway-world.js';
import { until } from '../../../../test/fakes/until.js';

let world: GatewayWorld;
afterEach(() => world.stop());

test('P6: a call that waits for its upstream when the key of its token goes is told so', async () => {
  world = await GatewayWorld.start();
  const { broker, upstream } = world;
  upstream.answer = () => undefined;
  const waiting = world.send({ token: broker.token(broker.grant()) });
  await until(() => upstream.hits.length === 1);
  broker.change({ keys: [] });
  const answer = await waiting;
  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toContain('error_description="unknown_key"');
  expect(answer.headers.get('countersign-record')).toMatch(/^rec_/);
  expect(await answer.json()).toMatchObject({ code: 'invalid_token', reason: 'unknown_key' });
});
