import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { type Asked, review } from '../browser/support/access.js';
import { BrowserSite, PEOPLE } from '../browser/support/browser-site.js';
import { Cli } from '../support/cli.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { removeFolder, tempFolder } from '../support/temp-folder.js';
import { BOARD_ROUTES, BOARD_SCOPE, CSV, QueueBoard } from './queue-board.js';
import { type RealProxy, startCaddy, startNginx } from './real-proxy.js';

const SECRET = 'p'.repeat(43);
const JOB = '/tenants/acme/queues/queue/exports/7';
const EDIT = '/tenants/acme/queues/api/queues/exports/7/update-data';

/** One service for each way to it. Their pages are those of one board. */
const WAYS = ['queues', 'queues-nginx', 'queues-caddy'] as const;
type Way = (typeof WAYS)[number];

const ports = {} as Record<Way, number>;
const proxies: RealProxy[] = [];
let folder: string;
let board: QueueBoard;
let site: BrowserSite;
/** A page of another site, which shows what a stranger's page can do. */
let stranger: Server;

const originOf = (way: Way): string => `http://${way}.localhost:${ports[way]}`;

beforeAll(async () => {
  folder = await tempFolder('admin-ui');
  board = new QueueBoard();
  await board.start();
  for (const way of WAYS) ports[way] = await freePort();
  site = await BrowserSite.start(
    (file) => {
      for (const tenant of file.tenants)
        tenant.privacyControls = { ...tenant.privacyControls, countersign: [] };
      for (const way of WAYS)
        file.services.push({
          ...{ name: way, upstream: board.origin, audience: way, tenantFrom: 'path', routes: BOARD_ROUTES },
          origin: originOf(way),
        });
    },
    {},
    { gatewayPort: ports.queues, gatewayEnv: { COUNTERSIGN_AUTHZ_SECRET: SECRET } },
  );
  const setup = (name: string, way: Way, listens: Record<string, string>) => ({
    ...{ name, folder, port: ports[way], secret: SECRET },
    replaced: {
      ...listens,
      'billing.gw.localhost;': `${way}.localhost;`,
      '/billing': `/${way}`,
      '127.0.0.1:4200': board.origin.slice('http://'.length),
      '127.0.0.1:4100': `127.0.0.1:${ports.queues}`,
    },
  });
  const nginx = setup('nginx-browser.conf', 'queues-nginx', {
    '127.0.0.1:8080': `127.0.0.1:${ports['queues-nginx']}`,
  });
  const caddy = setup('Caddyfile-browser', 'queues-caddy', {
    'billing.gw.localhost:8080 {': `queues-caddy.localhost:${ports['queues-caddy']} {`,
  });
  const { 'billing.gw.localhost;': _, ...replaced } = caddy.replaced;
  proxies.push(await startNginx(nginx), await startCaddy({ ...caddy, replaced }));
  stranger = createServer((_request, response) => response.end('<!doctype html><title>Stranger</title>'));
  stranger.listen(0, '127.0.0.1');
  await once(stranger, 'listening');
}, 180_000);

afterAll(async () => {
  for (const proxy of proxies) await proxy.stop();
  stranger?.close();
  await site?.close();
  await board?.stop();
  await removeFolder(folder);
});

/** Grants that no test has ended. With two of them, the engineer would have to choose one. */
const live: string[] = [];
afterEach(async () => {
  for (const grant of live.splice(0))
    await site.api('erin', 'POST', `/api/v1/grants/${grant}/release`).catch(() => undefined);
});

/** Erin's grant for the pages of acme. */
async function grantFor(way: Way): Promise<string> {
  const asked = await site.api<Asked>('erin', 'POST', '/api/v1/requests', {
    ...{ tenant: 'acme', service: way, scope: BOARD_SCOPE, duration: 'PT30M' },
    ...{ justification: 'Case 4711: an invoice was not accepted.', ticket: '4711' },
  });
  return approved(asked);
}

async function approved(asked: Asked): Promise<string> {
  await review(site, 'max', asked);
  await review(site, 'ada', asked);
  const { grant } = await site.api<Asked>('erin', 'GET', `/api/v1/requests/${asked.id}`);
  if (grant === null) throw new Error('full approval made no grant');
  live.push(grant);
  return grant;
}

/** A browser that knows only this machine. The board's pages name a font of another site. */
async function browser(): Promise<BrowserContext> {
  const context = await site.context({ acceptDownloads: true });
  await context.route(
    ({ hostname }) => hostname !== 'localhost' && !hostname.endsWith('.localhost'),
    (route) => route.abort(),
  );
  return context;
}

/** Opens an address of the service as a person does who has a link to it, and signs in on the way. */
async function openedFrom(way: Way, path = JOB): Promise<Page> {
  const page = await (await browser()).newPage();
  await page.goto(originOf(way) + path);
  await page.waitForURL(({ origin }) => origin === site.url);
  await site.signIn(page, 'erin');
  await page.waitForURL(originOf(way) + path);
  return page;
}

const cli = async () =>
  new Cli({
    ...{ COUNTERSIGN_BROKER_URL: site.url, COUNTERSIGN_GATEWAY_URL: `http://localhost:${ports.queues}` },
    COUNTERSIGN_API_KEY: await site.site.key(PEOPLE.erin),
  });

/** What a program gets that calls a service's host as a page of that host would, with this cookie. */
function statusOf(way: Way, cookie: string, more: Record<string, string> = {}): Promise<number | undefined> {
  const headers = { host: new URL(originOf(way)).host, cookie, 'sec-fetch-site': 'same-origin', ...more };
  return new Promise((resolve, reject) => {
    const path = '/tenants/acme/queues/api/queues';
    request({ host: '127.0.0.1', port: ports[way], path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .once('error', reject)
      .end();
  });
}

/** The paths of the requests that reached the board since `from`. */
const arrived = (from: number): string[] => board.hits.slice(from).map(({ path }) => path);

describe.each(WAYS)('Bull Board, opened with a grant at %s', (way) => {
  test('a link to a job goes through the sign-in and back; pages, calls of the page, a shared logo and a download work', async () => {
    const grant = await grantFor(way);
    const from = board.hits.length;
    const page = await openedFrom(way);
    await page.getByText('invoice of acme').first().waitFor();
    const logo = page.locator('img[src$="/assets/logo.svg"]').first();
    await logo.waitFor();
    const width = page.evaluate<number>(
      `document.querySelector('img[src$="/assets/logo.svg"]').naturalWidth`,
    );
    expect(await width).toBeGreaterThan(0);
    await page.goto(`${originOf(way)}/tenants/acme/queues/`);
    await page.getByRole('link', { name: 'exports' }).first().click();
    await page.getByText('invoice of acme').first().waitFor();

    // The menu in the page's header, which stands before the list.
    await page.locator('button[aria-haspopup=menu]').first().click();
    const began = page.waitForEvent('download');
    await page.getByText('Download jobs').click();
    const download = await began;
    expect(download.suggestedFilename()).toBe('jobs.csv');
    const saved = join(folder, `${way}.csv`);
    await download.saveAs(saved);
    expect(await readFile(saved, 'utf8')).toBe(CSV);

    const seen = arrived(from);
    for (const path of [JOB, '/assets/logo.svg', '/tenants/acme/files/jobs.csv'])
      expect(seen).toContain(path);
    expect(seen.some((path) => path.startsWith('/tenants/acme/queues/api/queues'))).toBe(true);
    for (const { headers } of board.hits.slice(from)) {
      expect(headers.cookie).toBeUndefined();
      expect(headers['countersign-grant']).toBe(grant);
    }
  }, 120_000);

  test('an edit in the page is refused; exactly this edit is proposed, approved and made, and the second try is refused', async () => {
    const grant = await grantFor(way);
    const page = await openedFrom(way);
    const before = board.dataOf('acme');
    const total = `${100 + WAYS.indexOf(way)}.50`;
    await page.getByText('invoice of acme').first().waitFor();
    // Buttons without a label: the whole screen and settings of the page; retry, copy, edit and delete of the job.
    await page.locator('button:not([aria-label]):not([role=tab]):not([aria-haspopup])').nth(4).click();
    await page.getByRole('dialog').getByRole('textbox').fill(JSON.stringify({ total }));
    const tried = page.waitForResponse((response) => response.request().method() === 'PATCH');
    await page.getByRole('button', { name: 'Update' }).click();
    const refused = await tried;
    expect([refused.status(), new URL(refused.url()).pathname]).toEqual([403, EDIT]);
    expect(await refused.json()).toMatchObject({
      ...{ code: 'insufficient_scope' },
      request: { tenant: 'acme', service: way, scope: [{ resource: 'jobs/7', actions: ['update'] }] },
    });
    expect(board.dataOf('acme')).toEqual(before);

    const body = join(folder, `${way}.json`);
    await writeFile(body, refused.request().postData() ?? '');
    const erin = await cli();
    const asked = await erin.json<Asked>(
      'change',
      grant,
      'PATCH',
      EDIT,
      '--data',
      `@${body}`,
      '--for',
      'PT30M',
    );
    const once = await approved(asked);
    const make = () =>
      erin.run(
        ...['curl', once, '--', '-s', '-i', '-X', 'PATCH', '-H', 'content-type: application/json'],
        ...['--data-binary', `@${body}`, EDIT],
      );
    const change = await make();
    expect(change.stdout).toMatch(/^HTTP\/1\.1 200 /);
    expect(board.dataOf('acme')).toEqual({ total });
    const passed = board.hits.filter(({ path }) => path === EDIT).length;
    expect((await make()).stdout).not.toMatch(/^HTTP\/1\.1 200 /);
    expect(board.hits.filter(({ path }) => path === EDIT)).toHaveLength(passed);

    await page.goto(originOf(way) + JOB);
    await page.getByRole('tab', { name: 'Data' }).click();
    await page.getByText(total).first().waitFor();
  }, 120_000);

  test('another tenant is refused with a form for a request that is filled in', async () => {
    await grantFor(way);
    const page = await openedFrom(way);
    const from = board.hits.length;
    await page.goto(`${originOf(way)}/tenants/globex/queues/`);
    await page.getByRole('heading', { name: 'Your access does not cover this page' }).waitFor();
    expect(arrived(from).filter((path) => path.includes('globex'))).toEqual([]);
    await page.getByRole('link', { name: 'Ask for access' }).click();
    await page.waitForURL((url) => url.origin === site.url && url.pathname === '/ask');
    await eventually('the form is filled in', async () => {
      const [tenant, service] = await Promise.all(
        ['Customer', 'Data service'].map((name) => page.getByLabel(name, { exact: true }).inputValue()),
      );
      return tenant === 'globex' && service === way;
    });
    expect(await page.getByRole('checkbox', { name: 'open board' }).isChecked()).toBe(true);
  }, 120_000);

  test('P6: Stop and Release end what the open page may do, and the page then says what happened', async () => {
    for (const [who, end, body] of [
      ['ada', 'revocation', { reason: 'enough' }],
      ['erin', 'release', undefined],
    ] as const) {
      const grant = await grantFor(way);
      const page = await openedFrom(way);
      await page.getByText('invoice of acme').first().waitFor();
      await site.api(who, 'POST', `/api/v1/grants/${grant}/${end}`, body);
      // The page itself goes on asking for its list.
      await page.waitForResponse((answer) => answer.url().includes('/api/queues') && answer.status() === 403);
      const from = board.hits.length;
      await page.goto(originOf(way) + JOB);
      await page.getByRole('heading', { name: 'Your access has ended' }).waitFor();
      expect(arrived(from)).toEqual([]);
    }
  }, 120_000);

  test('a stolen cookie, a page of another site and a WebSocket get nothing', async () => {
    await grantFor(way);
    const page = await openedFrom(way);
    await page.getByText('invoice of acme').first().waitFor();
    const session = (await page.context().cookies(originOf(way))).find(({ name }) =>
      name.endsWith('session'),
    );
    expect(session).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Lax' });
    for (const other of WAYS.filter((each) => each !== way)) {
      const status = await statusOf(other, `${session?.name}=${session?.value}`);
      expect(status).toBe(401);
    }
    expect(await page.evaluate('document.cookie')).not.toContain('countersign');

    // Nor can the holder of the session keep the gateway's fields from the service.
    const fields = ['tenant', 'requester', 'grant', 'record', 'context'].map((name) => `countersign-${name}`);
    const own = `${session?.name}=${session?.value}`;
    expect(await statusOf(way, own, { connection: `close, ${fields.join(', ')}` })).toBe(200);
    const received = board.hits.at(-1)?.headers ?? {};
    expect(fields.filter((name) => received[name] === undefined)).toEqual([]);

    const socket = `new Promise((done) => {
      const socket = new WebSocket(location.origin.replace('http', 'ws') + '/tenants/acme/queues/api/queues');
      socket.onopen = () => done('open');
      socket.onerror = () => done('refused');
    })`;
    expect(await page.evaluate(socket)).toBe('refused');
    expect(board.upgrades).toBe(0);

    const { port } = stranger.address() as AddressInfo;
    await page.goto(`http://evil.localhost:${port}/`);
    const from = board.hits.length;
    const before = board.dataOf('acme');
    await page.evaluate(`fetch('${originOf(way)}${EDIT}', {
      method: 'PATCH', mode: 'cors', credentials: 'include', body: '{"jobData":{"total":"0"}}',
      headers: { 'content-type': 'application/json' },
    }).catch(() => undefined)`);
    await page.evaluate(
      `fetch('${originOf(way)}/tenants/acme/queues/api/queues', { mode: 'no-cors', credentials: 'include' })`,
    );
    await page.setContent(`<form method="post" action="${originOf(way)}${JOB}"><button>go</button></form>`);
    await page.getByRole('button', { name: 'go' }).click();
    await page.waitForURL(originOf(way) + JOB);
    expect(arrived(from)).toEqual([]);
    expect(board.dataOf('acme')).toEqual(before);
  }, 120_000);
});
