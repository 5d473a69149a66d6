import { spawn } from 'node:child_process';
import { request } from 'node:http';
import { countersignContext } from '@countersign/authorization/context';
import { organisation } from '../factories/organisation.js';
import { eventually } from '../support/eventually.js';
import { ExpressOrders, FOLDED, ORDERS, orderRoutes, SUFFIXED } from '../support/express-orders.js';
import { freePort } from '../support/free-port.js';
import type { Inside } from '../support/inside.js';
import type { Program } from '../support/program.js';
import { Site } from '../support/site.js';
import { makeGrant, mintToken } from '../support/story.js';
import { removeFolder, tempFolder } from '../support/temp-folder.js';
import { type ProxySetup, type RealProxy, startCaddy, startNginx } from './real-proxy.js';

const SECRET = 'p'.repeat(43);
const CONNECTIONS = 128;
const CALLS = 10;
/** With fewer, what the last test looks for does not happen each time. */
const BUSY_CALLS = 100;

let upstream: ExpressOrders;
/** The service that asks the gateway about each call. */
let asking: ExpressOrders;
let site: Site<Inside, Program>;
let folder: string;
let token: string;

beforeAll(async () => {
  folder = await tempFolder('express');
  upstream = await new ExpressOrders().start();
  site = await Site.gatewayProcess({
    organisation: organisation(({ services }) => {
      services.push({
        ...{ name: 'shop', upstream: upstream.origin, audience: 'shop', tenantFrom: 'path' },
        routes: orderRoutes,
      });
    }),
    gatewayEnv: { COUNTERSIGN_GATEWAY_WORKERS: '2', COUNTERSIGN_AUTHZ_SECRET: SECRET },
  });
  await site.startGateway();
  asking = await new ExpressOrders(
    countersignContext({
      audience: 'shop',
      ask: { gateway: site.gatewayUrl, service: 'shop', secret: SECRET },
    }),
  ).start();
  const scope = ['orders/*', 'reports/*'].map((resource) => ({ resource, actions: ['read'] }));
  token = await mintToken(site, await makeGrant(site, 'engineer', { service: 'shop', scope }));
}, 60_000);
afterAll(async () => {
  await site?.close();
  await upstream?.stop();
  await asking?.stop();
  await removeFolder(folder);
});

/** `question`: the path at which the configuration asks about calls of the service `billing`. */
const setup = (
  name: string,
  listens: string,
  question: string,
  port: number,
  service = upstream,
): ProxySetup => ({
  ...{ name, folder, port, secret: SECRET },
  replaced: {
    [listens]: listens.replace('8080', String(port)),
    '127.0.0.1:4200': new URL(service.origin).host,
    '127.0.0.1:4100': new URL(site.gatewayUrl).host,
    [`${question}/billing`]: `${question}/shop`,
  },
});

/** Sends exactly this path on a connection of its own. */
function call(port: number, path: string, mayCall = true): Promise<{ status: number; text: string }> {
  const headers = mayCall ? { authorization: `Bearer ${token}` } : {};
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on('error', reject).end();
  });
}

/** `service`: who answers, if it is not the service behind gateway and proxies. */
type Way = { port: number; prefix: string; service?: ExpressOrders; proxy?: RealProxy };
const WAYS: [string, () => Promise<Way>][] = [
  ['the gateway', async () => ({ port: site.gatewayPort, prefix: '/shop' })],
  [
    'the middleware of Express',
    async () => ({ port: Number(new URL(asking.origin).port), prefix: '', service: asking }),
  ],
  [
    'nginx',
    async () => {
      const port = await freePort();
      const proxy = await startNginx(setup('nginx.conf', '127.0.0.1:8080', '/authz/nginx', port));
      return { port, prefix: '', proxy };
    },
  ],
  [
    'Caddy',
    async () => {
      const port = await freePort();
      const proxy = await startCaddy(setup('Caddyfile', ':8080', '/authz/traefik', port));
      return { port, prefix: '', proxy };
    },
  ],
];

test.each(WAYS)(
  'P9, P13: through %s, with 128 connections and two workers, Express never runs the export for another spelling of its path',
  async (_name, start) => {
    const { port, prefix, proxy, service = upstream } = await start();
    try {
      const order = `${prefix}${ORDERS}/7`;
      await eventually('the grant at the gateway', async () => (await call(port, order)).status === 200);
      service.ran.length = 0;
      const spellings = [...FOLDED, ...SUFFIXED];
      const wrong: string[] = [];
      const attack = async (connection: number) => {
        for (let at = 0; at < CALLS; at += 1) {
          const path = spellings[(connection + at) % spellings.length] ?? '';
          const folded = await call(port, prefix + path);
          if (folded.status < 400 || folded.text.includes('DE89')) wrong.push(`${path} was ${folded.status}`);
          const listed = await call(port, order);
          if (listed.text !== '{"id":"7"}') wrong.push(`the order was ${listed.status} ${listed.text}`);
        }
      };
      await Promise.all(Array.from({ length: CONNECTIONS }, (_none, connection) => attack(connection)));
      expect(wrong).toEqual([]);
      expect(service.ran.filter(({ handler }) => handler === 'export')).toEqual([]);
      expect(service.ran).toHaveLength(CONNECTIONS * CALLS);
    } finally {
      await proxy?.stop();
    }
  },
);

test('P1: Caddy on a busy processor puts no question to the service, which would allow every call', async () => {
  let asked = 0;
  const answersAll = await new ExpressOrders((request, response, next) => {
    if (!request.path.startsWith('/authz')) return next();
    asked += 1;
    response.sendStatus(200);
  }).start();
  const port = await freePort();
  const busy = Array.from({ length: 6 }, () =>
    spawn('taskset', ['-c', '0', process.execPath, '-e', 'for (;;);'], { stdio: 'ignore' }),
  );
  const proxy = await startCaddy(setup('Caddyfile', ':8080', '/authz/traefik', port, answersAll), 0);
  try {
    const order = `${ORDERS}/7`;
    await eventually('the grant at the gateway', async () => (await call(port, order)).status === 200);
    let passed = 0;
    const use = async () => {
      for (let at = 0; at < BUSY_CALLS; at += 1) {
        await call(port, order);
        if ((await call(port, order, false)).status !== 401) passed += 1;
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, use));
    expect({ asked, passed }).toEqual({ asked: 0, passed: 0 });
  } finally {
    for (const child of busy) child.kill('SIGKILL');
    await proxy.stop();
    await answersAll.stop();
  }
});
