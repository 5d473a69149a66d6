import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { request as requestByTls } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { GatewayWorld } from '../fakes/gateway-world.js';
import { LOCALHOST_CERTIFICATE } from '../fakes/localhost-certificate.js';
import { until } from '../fakes/until.js';
import { freePort } from '../support/free-port.js';
import { removeFolder, tempFolder } from '../support/temp-folder.js';
import { type RealProxy, startCaddy, startHaproxy, startNginx } from './real-proxy.js';

type Answer = {
  status: number | undefined;
  type: string | undefined;
  retryAfter: string | undefined;
  body: string;
};

let folder: string;
/** Two gateways of one deployment, each with a broker of its own. */
let worlds: [GatewayWorld, GatewayWorld];
let token: string;
let port: number;
let proxy: RealProxy | undefined;

beforeEach(async () => {
  folder = await tempFolder('balancers');
  const first = await GatewayWorld.start({ spoolBytes: 32 * 1024 });
  const second = await GatewayWorld.start({}, first.broker.twin());
  worlds = [first, second];
  addresses = [`127.0.0.1:${first.gateway.port}`, `127.0.0.1:${second.gateway.port}`];
  second.broker.services = first.broker.services;
  second.broker.announceServices();
  const grant = first.broker.grant();
  second.broker.announce(grant);
  token = first.broker.token(grant);
  for (const world of worlds) await until(async () => (await world.send({ token })).status === 200);
  port = await freePort();
});
afterEach(async () => {
  await proxy?.stop();
  for (const world of worlds) await world.stop();
  await removeFolder(folder);
});

/** The gateways' own: `HOST:PORT`. */
let addresses: [string, string];
const gateways = () => ({ '127.0.0.1:4100': addresses[0], '127.0.0.1:4110': addresses[1] });
const setup = (name: string, listens: string) => ({
  ...{ name, folder, port },
  replaced: { ...gateways(), [listens]: listens.replace('8080', String(port)) },
});

const BALANCERS: [string, typeof request, () => Promise<RealProxy>][] = [
  ['HAProxy', requestByTls, () => startHaproxy(addresses, folder, port)],
  ['nginx', request, () => startNginx(setup('nginx-balancer.conf', '127.0.0.1:8080'))],
  ['Caddy', request, () => startCaddy(setup('Caddyfile-balancer', ':8080'))],
];

/** How many calls a gateway has forwarded. */
async function forwardedBy({ gateway }: GatewayWorld): Promise<number> {
  const metrics = await (await fetch(`${gateway.adminUrl}/metrics`)).text();
  return Number(/^countersign_gateway_calls_total\{.*code="completed"\} (\d+)$/m.exec(metrics)?.[1] ?? 0);
}

/** What programs of engineers have to be able to read. */
const refusal = (code: string) => ({
  ...{ status: 503, type: expect.stringMatching(/^application\/problem\+json/) },
  ...{ retryAfter: expect.stringMatching(/^\d+$/), body: expect.stringContaining(`"code":"${code}"`) },
});

describe.each(BALANCERS)('%s in front of two gateways', (_name, send, start) => {
  /** A call through the balancer. */
  const call = (): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const options = {
        ...{ host: 'localhost', port, path: '/billing/tenants/acme/invoices/7', agent: false as const },
        ...{ ca: LOCALHOST_CERTIFICATE.cert, headers: { authorization: `Bearer ${token}` } },
      };
      send(options, (response) => {
        const { 'content-type': type, 'retry-after': retryAfter } = response.headers;
        text(response).then(
          (body) => resolve({ status: response.statusCode, type, retryAfter, body }),
          reject,
        );
      })
        .once('error', reject)
        .end();
    });
  /** Calls for longer than the balancer needs to take a gateway out. */
  const callsForAWhile = async () => {
    const answers: Answer[] = [];
    const end = performance.now() + 4_000;
    while (answers.length < 20 || performance.now() < end) answers.push(await call());
    return answers;
  };
  const untilItForwards = async (world: GatewayWorld) => {
    const before = await forwardedBy(world);
    await until(async () => {
      await call();
      return (await forwardedBy(world)) > before;
    });
  };

  beforeEach(async () => {
    proxy = await start();
    for (const world of worlds) await untilItForwards(world);
  }, 60_000);

  test('P6: both gateways lose their brokers: a gateway refuses each call, and says why and when to try again', async () => {
    for (const { broker } of worlds) await broker.stop();
    for (const { gateway } of worlds) await until(() => !gateway.isInTouch());
    const answers = await callsForAWhile();
    expect(answers.filter(({ body }) => !body.includes('"code":"not_in_touch"'))).toEqual([]);
    expect(answers[0]).toEqual(refusal('not_in_touch'));
  }, 60_000);

  test('a gateway whose spool is full gets no calls, and gets some again when it has room', async () => {
    const [full] = worlds;
    full.broker.takesRecords = false;
    await until(async () => (await full.send({ token })).status === 503);
    await until(async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, call));
      return answers.every(({ status }) => status === 200);
    });
    full.broker.takesRecords = true;
    await untilItForwards(full);
  }, 60_000);

  test('a gateway that is gone costs no call', async () => {
    await worlds[0].gateway.close();
    expect((await callsForAWhile()).filter(({ status }) => status !== 200)).toEqual([]);
  }, 60_000);

  test('gateways die while they have a call: programs can read that it was refused', async () => {
    const dying = createServer((request, response) => {
      if (request.url === '/readyz') response.end('{"status":"ok"}');
      else request.socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(dying, 'listening');
    try {
      await proxy?.stop();
      const address = `127.0.0.1:${(dying.address() as AddressInfo).port}`;
      addresses = [address, address];
      port = await freePort();
      proxy = await start();
      const answer = await call();
      expect(answer).toMatchObject({
        type: expect.stringMatching(/^application\/problem\+json/),
        body: expect.stringContaining(`"status":${answer.status},"code":"gateway_unavailable"`),
      });
      expect([502, 503]).toContain(answer.status);
    } finally {
      dying.close();
      dying.closeAllConnections();
    }
  }, 60_000);

  test('no gateway is left: programs can read the balancer’s own refusal', async () => {
    for (const { gateway } of worlds) await gateway.close();
    await until(async () => (await call()).body.includes('gateway_unavailable'));
    expect(await call()).toEqual(refusal('gateway_unavailable'));
  }, 60_000);
});
