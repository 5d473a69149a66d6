import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Pool } from 'undici';
import { GatewayProcess } from '../fakes/gateway-process.js';
import { billingService, GatewayWorld } from '../fakes/gateway-world.js';
import { LATE_KINDS, LateUpstream } from '../fakes/late-upstream.js';
import { LOCALHOST_CERTIFICATE } from '../fakes/localhost-certificate.js';
import { until } from '../fakes/until.js';
import { freePort } from '../support/free-port.js';
import { removeFolder, tempFolder } from '../support/temp-folder.js';
import { RealProxy, runNginx, startCaddy, startNginx, writeConfiguration } from './real-proxy.js';

/**
 * Real services send bytes that belong to no answer: Django's `CommonMiddleware` gives an answer to HEAD a body, and gunicorn sends
 * it some milliseconds after the head. Whatever uses the connection again must not take them for an answer to someone else.
 */

const SECRET = 'p'.repeat(43);
const CONNECTIONS = 128;
const CALLS_EACH = 30;
const CALL = '/tenants/TENANT/invoices';

/** A way to the service: the origin, what stands before the path there, and the authorities of its certificate. */
type Way = { origin: string; prefix: string; ca?: string };
type Services = { world: GatewayWorld; folder: string; upstream: string };

let folder: string;
let django: RealProxy;
let djangoOrigin: string;
/** What was started for a test, to be stopped in the opposite order. */
const started: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  folder = await tempFolder('late-bytes');
  const port = await freePort();
  djangoOrigin = `http://127.0.0.1:${port}`;
  django = await startDjango(port);
}, 60_000);
afterAll(async () => {
  await django?.stop();
  await removeFolder(folder);
});
afterEach(async () => {
  for (const stop of started.splice(0).reverse()) await stop();
});

/** Django behind gunicorn, both as Debian has them. Only its threads keep connections. */
const startDjango = (port: number): Promise<RealProxy> =>
  RealProxy.start(
    {
      name: '/usr/bin/gunicorn',
      package: 'gunicorn python3-django',
      args: [
        ...['--chdir', 'test/proxies', '--bind', `127.0.0.1:${port}`, '--log-level', 'critical'],
        ...['--threads', '64', '--keep-alive', '30', 'documents:application'],
      ],
    },
    port,
  );

async function startWorld(upstream: string): Promise<Services> {
  const world = new GatewayWorld();
  await world.prepare();
  started.push(() => world.stop());
  world.broker.services = [billingService(upstream)];
  return { world, folder, upstream };
}

async function startGateway({ world }: Services, env: Record<string, string> = {}): Promise<GatewayProcess> {
  const { credential } = world.broker;
  const gateway = await GatewayProcess.start({
    ...{ credential, spoolDir: world.spoolDir },
    env: { COUNTERSIGN_AUTHZ_SECRET: SECRET, ...env },
  });
  started.push(() => gateway.end('SIGTERM'));
  return gateway;
}

const hostOf = (url: string): string => new URL(url).host;

async function proxied(
  services: Services,
  name: 'nginx.conf' | 'Caddyfile',
  listens: string,
  question: string,
): Promise<Way> {
  const gateway = await startGateway(services);
  const port = await freePort();
  const setup = {
    ...{ name, folder, port, secret: SECRET },
    replaced: {
      [listens]: listens.replace('8080', String(port)),
      '127.0.0.1:4200': hostOf(services.upstream),
      '127.0.0.1:4100': hostOf(gateway.url),
      [`${question}/billing`]: `${question}/billing`,
    },
  };
  const proxy = await (name === 'nginx.conf' ? startNginx(setup) : startCaddy(setup));
  started.push(() => proxy.stop());
  return { origin: `http://127.0.0.1:${port}`, prefix: '' };
}

async function behindHaproxy(services: Services): Promise<Way> {
  const gateway = await startGateway(services);
  const pem = join(folder, 'gateway.pem');
  await writeFile(pem, `${LOCALHOST_CERTIFICATE.cert}\n${LOCALHOST_CERTIFICATE.key}\n`, { mode: 0o600 });
  const port = await freePort();
  const config = await writeConfiguration('haproxy.cfg', folder, {
    '127.0.0.1:8443': `127.0.0.1:${port}`,
    '127.0.0.1:4100': hostOf(gateway.url),
    '/etc/haproxy/gateway.pem': pem,
  });
  const args = ['-f', config, '-db', '-q'];
  const front = await RealProxy.start({ name: 'haproxy', package: 'haproxy', args }, port);
  started.push(() => front.stop());
  return { origin: `https://localhost:${port}`, prefix: '/billing', ca: LOCALHOST_CERTIFICATE.cert };
}

const ASKING: [string, (services: Services) => Promise<Way>][] = [
  [
    'nginx, which asks the gateway',
    (services) => proxied(services, 'nginx.conf', '127.0.0.1:8080', '/authz/nginx'),
  ],
  ['Caddy, which asks the gateway', (services) => proxied(services, 'Caddyfile', ':8080', '/authz/traefik')],
];
const WAYS: typeof ASKING = [
  ['the gateway', async (services) => ({ origin: (await startGateway(services)).url, prefix: '/billing' })],
  [
    'a gateway with two workers',
    async (services) => ({
      origin: (await startGateway(services, { COUNTERSIGN_GATEWAY_WORKERS: '2' })).url,
      prefix: '/billing',
    }),
  ],
  ['HAProxy before the gateway', behindHaproxy],
  ...ASKING,
];

type Caller = { tenant: string; token: string };

/** A call of this tenant. Returns status and body; no status if the connection broke. */
type Send = (caller: Caller, method: 'GET' | 'HEAD', name: string) => Promise<[number | undefined, string]>;

/** Sends on connections of the tenant's own, so that what is mixed up was mixed up further on. */
function sendTo({ origin, prefix, ca }: Way, callers: readonly Caller[]): Send {
  const connect = ca === undefined ? {} : { connect: { ca } };
  const pools = new Map(
    callers.map(({ tenant }) => [
      tenant,
      new Pool(origin, { connections: CONNECTIONS / callers.length, pipelining: 1, ...connect }),
    ]),
  );
  started.push(() => Promise.all([...pools.values()].map((pool) => pool.destroy())));
  return async ({ tenant, token }, method, name) => {
    const path = `${prefix}${CALL.replace('TENANT', tenant)}/${name}`;
    const headers = { authorization: `Bearer ${token}` };
    try {
      const answer = await (pools.get(tenant) as Pool).request({ method, path, headers });
      return [answer.statusCode, await answer.body.text()];
    } catch {
      return [undefined, ''];
    }
  };
}

async function callersOf({ world }: Services, tenants: readonly string[]): Promise<Caller[]> {
  return tenants.map((tenant) => ({ tenant, token: world.broker.token(world.broker.grant({ tenant })) }));
}

/** Calls on 128 connections, of two tenants in turn. Returns the answers that are not the caller's, and how many calls failed. */
async function storm(send: Send, callers: readonly Caller[], names: readonly string[]) {
  const wrong: string[] = [];
  let failed = 0;
  const makeCalls = async (at: number) => {
    const caller = callers[at % callers.length] as Caller;
    for (let count = 0; count < CALLS_EACH; count += 1) {
      const name = names[(at + count) % names.length] as string;
      const [status, body] = await send(
        caller,
        name === 'HEAD' ? 'HEAD' : 'GET',
        name === 'HEAD' ? 'stored-answer' : name,
      );
      if (status === undefined || status >= 500) failed += 1;
      else if (callers.some(({ tenant }) => tenant !== caller.tenant && body.includes(tenant)))
        wrong.push(body);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, at) => makeCalls(at)));
  return { wrong, failed };
}

test('a proxy that uses connections again gives one tenant what another one gets: the calls of this file find it', async () => {
  const port = await freePort();
  const leaky = join(folder, 'leaky.conf');
  await writeFile(
    leaky,
    `upstream service { server ${hostOf(djangoOrigin)}; keepalive 64; }
     server { listen 127.0.0.1:${port}; location / {
       proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection ""; } }`,
  );
  const proxy = await runNginx(leaky, folder, port);
  started.push(() => proxy.stop());
  const callers = ['acme', 'globex'].map((tenant) => ({ tenant, token: 'none' }));
  const send = sendTo({ origin: `http://127.0.0.1:${port}`, prefix: '' }, callers);
  const { wrong } = await storm(send, callers, ['HEAD', 'plain']);
  expect(wrong.length).toBeGreaterThan(0);
}, 120_000);

describe.each(WAYS)('through %s', (_name, startWay) => {
  test('P9: with Django and gunicorn, at 128 connections, no tenant gets what belongs to another', async () => {
    const services = await startWorld(djangoOrigin);
    const way = await startWay(services);
    const callers = await callersOf(services, ['acme', 'globex']);
    const send = sendTo(way, callers);
    await until(async () => (await send(callers[1] as Caller, 'GET', 'plain'))[0] === 200);
    expect(await storm(send, callers, ['HEAD', 'plain'])).toEqual({ wrong: [], failed: 0 });
  }, 180_000);

  test('P9: with a service whose answers of four kinds are followed by another one, too', async () => {
    const upstream = new LateUpstream();
    upstream.lateMs = 3;
    await upstream.start();
    started.push(() => upstream.stop());
    const services = await startWorld(upstream.origin);
    const way = await startWay(services);
    const callers = await callersOf(services, ['acme', 'globex']);
    const send = sendTo(way, callers);
    await until(async () => (await send(callers[1] as Caller, 'GET', 'plain'))[0] === 200);
    const { wrong } = await storm(send, callers, [...LATE_KINDS, 'plain']);
    expect(wrong).toEqual([]);
  }, 180_000);
});

test.each(ASKING)(
  'P9: behind %s, each call has its own connection to the service',
  async (_name, startWay) => {
    const upstream = new LateUpstream();
    await upstream.start();
    started.push(() => upstream.stop());
    const services = await startWorld(upstream.origin);
    const way = await startWay(services);
    const callers = await callersOf(services, ['acme', 'globex']);
    const send = sendTo(way, callers);
    await until(async () => (await send(callers[1] as Caller, 'GET', 'plain'))[0] === 200);
    for (let count = 0; count < 10; count += 1) {
      const [status, body] = await send(callers[count % 2] as Caller, 'GET', 'plain');
      expect([status, body]).toEqual([200, expect.stringContaining(callers[count % 2]?.tenant ?? '')]);
    }
    expect(upstream.connections.map(({ requests }) => requests.length).filter((count) => count > 1)).toEqual(
      [],
    );
  },
  120_000,
);

test('P9: the gateway names such a service to its operator', async () => {
  const services = await startWorld(djangoOrigin);
  const gateway = await startGateway(services, { COUNTERSIGN_GATEWAY_WORKERS: '2' });
  const callers = await callersOf(services, ['acme']);
  const send = sendTo({ origin: gateway.url, prefix: '/billing' }, callers);
  const untrusted = async () => {
    const answer = await fetch(`${gateway.adminUrl}/readyz`);
    return ((await answer.json()) as { untrustedUpstreams: string[] }).untrustedUpstreams;
  };
  await until(async () => {
    await send(callers[0] as Caller, 'HEAD', 'stored-answer');
    return (await untrusted()).length > 0;
  });
  expect(await untrusted()).toEqual([djangoOrigin]);
  expect(await (await fetch(`${gateway.adminUrl}/metrics`)).text()).toContain(
    `countersign_gateway_untrusted_upstreams{upstream="${djangoOrigin}"} 1`,
  );
}, 60_000);
