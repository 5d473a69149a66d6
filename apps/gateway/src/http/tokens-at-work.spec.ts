import { createHash } from 'node:crypto';
import { GatewayWorld } from '../../../../test/fakes/gateway-world.js';
import { until } from '../../../../test/fakes/until.js';

let world: GatewayWorld;
afterEach(() => world.stop());

test('P6: a call that waits for its upstream is refused when the key of its token is revoked', async () => {
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

describe('a call whose one approved change arrives slowly', () => {
  const BODY = '{"status":"void"}';
  const bodySha256 = `sha256:${createHash('sha256').update(BODY).digest('hex')}`;
  const change = { method: 'PATCH', path: '/tenants/acme/invoices/7', bodySha256 };

  /** Sends the head and half of the body; the rest when `finish` is called. */
  function sendSlowly(token: string): { answer: Promise<Response>; finish(): void } {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const write = (text: string) => writer.write(new TextEncoder().encode(text)).catch(() => undefined);
    void write(BODY.slice(0, 5));
    const answer = world.send({ method: 'PATCH', token, body: readable });
    return {
      answer,
      finish: () => void write(BODY.slice(5)).then(() => writer.close().catch(() => undefined)),
    };
  }

  test('P3: is refused if its token has expired meanwhile', async () => {
    world = await GatewayWorld.start();
    const { broker, upstream } = world;
    const ends = Date.now() + 2_000;
    const { answer, finish } = sendSlowly(broker.token(broker.grant({ change }), { ttlSeconds: 1 }));
    await until(() => Date.now() > ends);
    finish();
    const refused = await answer;
    expect(refused.status).toBe(401);
    expect(await refused.json()).toMatchObject({ code: 'invalid_token', reason: 'expired' });
    expect(upstream.hits).toHaveLength(0);
  });

  test('P6: is refused if its key was revoked meanwhile', async () => {
    world = await GatewayWorld.start();
    const { broker, upstream } = world;
    const token = broker.token(broker.grant({ change }));
    const { answer, finish } = sendSlowly(token);
    broker.change({ keys: [] });
    await until(async () => (await world.send({ token: broker.token(broker.grant()) })).status === 401);
    finish();
    const refused = await answer;
    expect(refused.status).toBe(401);
    expect(await refused.json()).toMatchObject({ code: 'invalid_token', reason: 'unknown_key' });
    expect(upstream.hits.filter(({ method }) => method === 'PATCH')).toEqual([]);
  });
});
