import { join } from 'node:path';
import { BreakableDisk, HeldDisk } from '../../../test/fakes/faulty-disks.js';
import { GatewayWorld, refusal } from '../../../test/fakes/gateway-world.js';
import { sendRaw } from '../../../test/fakes/raw-http.js';
import { SteppedClock } from '../../../test/fakes/stepped-clock.js';
import { until } from '../../../test/fakes/until.js';
import type { Readiness } from './http/own-pages.js';

let world: GatewayWorld;
afterEach(() => world.stop());

/** What a balancer sees. */
async function ready(): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`${world.gateway.url}/readyz`);
  return { status: answer.status, body: await answer.json() };
}
const details = async () =>
  (await (await fetch(`${world.gateway.adminUrl}/readyz`)).json()) as Readiness & { status: string };

const IN_TOUCH = { status: 200, body: { status: 'ok', inTouch: true } };
const OUT_OF_TOUCH = { status: 200, body: { status: 'ok', inTouch: false } };
const FAULTY = { status: 503, body: { status: 'unavailable', inTouch: true } };
const call = () => world.send({ token: world.broker.token(world.broker.grant()) });

describe('lost contact with the brokers', () => {
  test('P6: the gateway refuses every call, says when to try again, and stays with its balancer', async () => {
    const clock = new SteppedClock();
    world = await GatewayWorld.start({ clock });
    expect(await ready()).toEqual(IN_TOUCH);
    world.broker.heartbeats = false;
    clock.offset += 10_000;
    await until(() => !world.gateway.isInTouch());
    expect(await ready()).toEqual(OUT_OF_TOUCH);
    expect(await details()).toMatchObject({ status: 'ok', inTouch: false, faults: [] });
    const refused = await call();
    expect([refused.headers.get('content-type'), refused.headers.get('retry-after')]).toEqual([
      ...['application/problem+json', '1'],
    ]);
    expect(await refusal(refused)).toEqual({ status: 503, code: 'not_in_touch' });
    expect(await (await fetch(`${world.gateway.adminUrl}/metrics`)).text()).toContain(
      '\ncountersign_gateway_in_touch 0\n',
    );
  });

  test('P6: a gateway that starts is not ready until it is in touch, but not for longer than ten seconds', async () => {
    const clock = new SteppedClock();
    world = new GatewayWorld();
    await world.prepare();
    await world.broker.stop();
    await world.startGateway({ clock });
    expect(await ready()).toEqual({ status: 503, body: { status: 'unavailable', inTouch: false } });
    expect(await details()).toMatchObject({ status: 'unavailable', faults: ['starting'] });
    clock.offset += 10_000;
    expect(await ready()).toEqual(OUT_OF_TOUCH);
    expect(await refusal(await call())).toEqual({ status: 503, code: 'not_in_touch' });
    world.broker.clockOffset = clock.offset;
    await world.broker.start();
    await until(async () => (await call()).status === 200);
    expect(await ready()).toEqual(IN_TOUCH);
  });
});

describe('a local fault takes the gateway from its balancer', () => {
  test('the broker does not accept its credential', async () => {
    world = await GatewayWorld.start();
    world.broker.knowsGateway = false;
    world.broker.drop();
    await until(async () => (await ready()).status === 503);
    expect(await details()).toMatchObject({ inTouch: false, faults: ['not_enrolled'] });
    world.broker.knowsGateway = true;
    await until(async () => (await ready()).status === 200);
  });

  test('the broker has registered the key of another folder for this gateway', async () => {
    world = new GatewayWorld();
    await world.prepare();
    world.broker.publicKey = 'A'.repeat(43);
    await world.startGateway();
    await until(async () => (await details()).faults.includes('not_enrolled'));
    expect((await ready()).status).toBe(503);
  });

  test('the spool is full; it is ready again as soon as the broker takes records', async () => {
    world = await GatewayWorld.start({ spoolBytes: 32 * 1024 });
    world.broker.takesRecords = false;
    await until(async () => (await call()).status === 503);
    expect(await ready()).toEqual(FAULTY);
    expect(await details()).toMatchObject({ status: 'unavailable', faults: ['spool_full'] });
    world.broker.takesRecords = true;
    await until(async () => (await ready()).status === 200);
    expect((await call()).status).toBe(200);
  });

  test('the disk takes no records; it is ready again by itself, although no call comes', async () => {
    const clock = new SteppedClock();
    world = new GatewayWorld();
    await world.prepare();
    const disk = new BreakableDisk(join(world.spoolDir, 'segments'));
    await world.startGateway({ disk, clock });
    await until(async () => (await ready()).status === 200);
    disk.broken = 'ENOSPC';
    expect(await refusal(await call())).toMatchObject({ status: 503, code: 'record_unavailable' });
    expect(await ready()).toEqual(FAULTY);
    expect(await details()).toMatchObject({ faults: ['disk'] });
    disk.broken = undefined;
    await until(async () => (await ready()).status === 200);
    expect((await call()).status).toBe(200);
  });

  test('the disk does not answer', async () => {
    world = new GatewayWorld();
    await world.prepare();
    const disk = new HeldDisk(join(world.spoolDir, 'segments'));
    await world.startGateway({ disk });
    await until(async () => (await ready()).status === 200);
    disk.hold();
    const waiting = call();
    await until(async () => (await ready()).status === 503);
    expect(await details()).toMatchObject({ faults: ['disk'] });
    disk.release();
    expect((await waiting).status).toBe(200);
    await until(async () => (await ready()).status === 200);
  }, 30_000);
});

describe('health checks in HTTP/1.0, as HAProxy sends them', () => {
  const raw = (head: string) => sendRaw(world.gateway.port, `${head}\r\n\r\n`);

  test.each([
    'GET /readyz HTTP/1.0',
    'GET /healthz HTTP/1.0',
    'HEAD /readyz HTTP/1.0',
    'OPTIONS /readyz HTTP/1.0',
    'GET /readyz HTTP/1.0\r\nHost: gateway.example',
    'GET /readyz HTTP/1.0\r\nUser-Agent: check\r\nConnection: keep-alive',
  ])('%j is answered, and the connection ends', async (head) => {
    world = await GatewayWorld.start();
    const answer = await raw(head);
    expect([answer.status, answer.header('connection')]).toEqual([200, 'close']);
  });

  test.each([
    ['another path', 'GET /countersign/jwks.json HTTP/1.0'],
    ['a query', 'GET /readyz?x HTTP/1.0'],
    ['a path below', 'GET /readyz/ HTTP/1.0'],
    ['a call', 'GET /billing/tenants/acme/invoices/7 HTTP/1.0'],
    ['another method', 'POST /readyz HTTP/1.0\r\nContent-Length: 0'],
    ['a body', 'GET /readyz HTTP/1.0\r\nContent-Length: 1'],
    ['HTTP/1.1 without Host', 'GET /readyz HTTP/1.1'],
    ['two values of Host', 'GET /readyz HTTP/1.0\r\nHost: a\r\nHost: b'],
    ['an odd Host', 'GET /readyz HTTP/1.0\r\nHost: a/b'],
  ])('without Host or Connection: close, %s is refused as before', async (_case, head) => {
    world = await GatewayWorld.start();
    expect(await raw(head)).toMatchObject({
      status: 400,
      body: expect.stringContaining('ambiguous_request'),
    });
  });

  test('at the host of a service the path is the service’s, and is read as strictly as any other', async () => {
    world = new GatewayWorld();
    await world.prepare();
    world.broker.upstreamSettings = { billing: { origin: 'http://billing.example' } };
    await world.startGateway();
    await until(() => world.gateway.isInTouch());
    const lenient = await raw('GET /readyz HTTP/1.0\r\nHost: billing.example');
    expect(lenient).toMatchObject({ status: 400, body: expect.stringContaining('ambiguous_request') });
  });
});
