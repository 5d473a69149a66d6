import { request } from 'node:http';
import { countersignContext } from '@countersign/authorization/context';
import { organisation } from '../../factories/organisation.js';
import { eventually } from '../../support/eventually.js';
import {
  ExpressOrders,
  FOLDED,
  ORDERS,
  orderRoutes,
  REPORTS,
  SUFFIXED,
} from '../../support/express-orders.js';
import type { Inside } from '../../support/inside.js';
import type { Program } from '../../support/program.js';
import { Site } from '../../support/site.js';
import { listAll, makeGrant, mintToken } from '../../support/story.js';

const SECRET = 'k'.repeat(43);
type Answer = { status: number; text: string };

let upstream: ExpressOrders;
let asking: ExpressOrders;
let site: Site<Inside, Program>;
let token: string;

beforeAll(async () => {
  upstream = await new ExpressOrders().start();
  site = await Site.gatewayProcess({
    organisation: organisation(({ services, tenants }) => {
      services.push({
        ...{ name: 'shop', upstream: upstream.origin, audience: 'shop', tenantFrom: 'path' },
        routes: orderRoutes,
      });
      for (const { privacyControls } of tenants) Object.assign(privacyControls, { countersign: [] });
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
  await eventually(
    'the grant at the gateway',
    async () => (await throughGateway(`${ORDERS}/7`)).status === 200,
  );
}, 60_000);
afterAll(async () => {
  await site?.close();
  await upstream?.stop();
  await asking?.stop();
});

/** Sends exactly this path; `fetch` would normalize it. */
function get(origin: string, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(`${origin}/`, { path, agent: false, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on('error', reject).end();
  });
}
const bearer = () => ({ authorization: `Bearer ${token}` });

const throughGateway = (path: string) => get(site.gatewayUrl, `/shop${path}`, bearer());

/** As a proxy does: it forwards the call if the gateway allows it. */
async function throughProxy(path: string): Promise<Answer> {
  const asked = await get(site.gatewayUrl, '/authz/nginx/shop', {
    ...bearer(),
    'countersign-proxy-secret': SECRET,
    'x-original-method': 'GET',
    'x-original-uri': path,
    'x-original-host': 'shop.example',
  });
  return asked.status === 200 ? get(upstream.origin, path) : asked;
}
const toService = (path: string) => get(asking.origin, path, bearer());

describe.each([
  ['through the gateway', throughGateway],
  ['through a proxy that asks', throughProxy],
  ['to a service that asks', toService],
])('%s', (_way, call) => {
  test('P9, P13: no spelling that Express reads as the path of another route runs that route', async () => {
    const before = [upstream, asking].flatMap(({ ran }) => ran).length;
    const answers: [string, number, string | undefined][] = [];
    for (const path of [...FOLDED, ...SUFFIXED]) {
      const { status, text } = await call(path);
      answers.push([path, status, (JSON.parse(text) as { code?: string }).code]);
    }
    expect(answers).toEqual([...FOLDED, ...SUFFIXED].map((path) => [path, 400, 'ambiguous_request']));
    expect([upstream, asking].flatMap(({ ran }) => ran)).toHaveLength(before);
  });

  test('the export itself needs its own grant, and an order is an order', async () => {
    expect((await call(`${ORDERS}/export`)).status).toBe(403);
    const { status, text } = await call(`${ORDERS}/7`);
    expect([status, JSON.parse(text)]).toEqual([200, { id: '7' }]);
    expect((await call(`${REPORTS}/7.json`)).status).toBe(200);
  });
});

test('the mask of the export holds in every spelling', async () => {
  const scope = [
    { resource: 'orders/export', actions: ['export'] },
    { resource: 'orders/*', actions: ['read'] },
  ];
  const both = await mintToken(
    site,
    await makeGrant(site, 'otherEngineer', { service: 'shop', scope }),
    'otherEngineer',
  );
  const call = (path: string) => get(site.gatewayUrl, `/shop${path}`, { authorization: `Bearer ${both}` });
  await eventually('the grant at the gateway', async () => (await call(`${ORDERS}/8`)).status === 200);
  expect(await call(`${ORDERS}/export`)).toEqual({ status: 200, text: '{"iban":"***"}' });
  for (const path of FOLDED) expect([path, (await call(path)).status]).toEqual([path, 400]);
});

test('no record says that an order was read where the export ran', async () => {
  type Recorded = { decision: string; resource: string | null };
  const expected = ['orders/7', 'orders/8', 'orders/export', 'reports/7.json'];
  const allowed = async () => {
    const records = await listAll<Recorded>(site, 'approver', '/tenants/acme/access-records');
    const resources = records
      .filter(({ decision }) => decision === 'allowed')
      .map(({ resource }) => resource);
    return [...new Set(resources)].sort();
  };
  await eventually('the records', async () => {
    const resources = await allowed();
    return expected.every((resource) => resources.includes(resource));
  });
  expect(await allowed()).toEqual(expected);
});
