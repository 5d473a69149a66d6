import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { findChromium } from '../browser/support/find-chromium.mjs';
import { GatewayWorld } from '../fakes/gateway-world.js';
import { RealProxy } from '../proxies/real-proxy.js';
import { runProgram } from '../support/debian-program.js';
import { freePort } from '../support/free-port.js';
import { removeFolder, tempFolder } from '../support/temp-folder.js';
import { answerPlan, answersOf, expectedOf, linesOf, PLAN, type PlannedCall } from './plan.js';

const PROGRAMS = 'test/clients/programs';

let world: GatewayWorld;
let folder: string;
let token: string;
let base: string;
/** Where the page comes from that calls the gateway from a browser. */
let pages: ReturnType<typeof createServer>;
const originOf = (server: typeof pages) => `http://localhost:${(server.address() as AddressInfo).port}`;

beforeAll(async () => {
  folder = await tempFolder('clients');
  // The workers of nginx run as another user if this is root.
  await chmod(folder, 0o755);
  world = await GatewayWorld.start();
  pages = createServer((_request, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>A page</title>'),
  );
  await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
  const [billing] = world.broker.services;
  const listing = { method: 'GET', resource: 'invoices', action: 'list' };
  world.broker.services = [
    {
      ...billing!,
      cors: { origins: [originOf(pages)] },
      routes: [
        ...billing!.routes,
        { ...listing, path: '/tenants/{tenant}/orders/' },
        {
          ...{ ...listing, path: '/tenants/{tenant}/documents', query: ['status'], repeat: ['status'] },
          body: true,
        },
      ],
    },
  ];
  world.broker.announceServices();
  token = world.broker.token(
    world.broker.grant({
      scope: [{ resource: '**', actions: ['create', 'delete', 'list', 'read', 'update'] }],
    }),
  );
  base = `${world.gateway.url}/billing`;
  world.upstream.answer = answerPlan;
  // The grant arrives after the map, and a call waits for its grant.
  await world.send({ token });
});
afterAll(async () => {
  await world.stop();
  await new Promise((resolve) => pages.close(resolve));
  await removeFolder(folder);
});

/** Makes the calls of the plan with a program that reads them from its standard input. */
const byProgram = async (name: string, debian: string, args: readonly string[]) =>
  answersOf(
    await runProgram(
      { name, package: debian, args },
      { input: linesOf(PLAN), env: { BASE: base, TOKEN: token } },
    ),
  );

/** Makes the calls with one curl for each. `options` come first. */
async function byCurl(at: string, plan: readonly PlannedCall[], options: readonly string[] = []) {
  const answers: Record<string, string> = {};
  for (const { name, method, target, body, header } of plan) {
    const [kind, size] = body.split(' ');
    const args = ['-sS', '-q', '--compressed', '-L', '-w', '\t%{http_code}', ...options];
    args.push('-H', `Authorization: Bearer ${token}`, ...(header === '' ? [] : ['-H', header]));
    args.push(...(method === 'HEAD' ? ['-I', '-o', '/dev/null'] : ['-X', method]));
    if (kind !== 'none') args.push('--data-binary', '@-');
    if (kind === 'stream') args.push('-H', 'Transfer-Encoding: chunked');
    args.push(at + encodeURI(target));
    const input = 'x'.repeat(Number(size ?? 0));
    const printed = await runProgram({ name: 'curl', package: 'curl', args }, { input });
    const cut = printed.lastIndexOf('\t');
    Object.assign(answers, answersOf(`${name}\t${printed.slice(cut + 1)}\t${printed.slice(0, cut)}`));
  }
  return answers;
}

describe('ordinary calls of ordinary clients pass, and are answered as a client expects', () => {
  test.each([
    ['curl', []],
    ['curl --http2 on plain http', ['--http2']],
  ])('%s', async (_, options) => {
    expect(await byCurl(base, PLAN, options)).toEqual(expectedOf(PLAN));
  });

  test('Java’s HttpClient', async () => {
    const program = join(PROGRAMS, 'OrdinaryCalls.java');
    expect(await byProgram('java', 'default-jdk-headless', ['-Dfile.encoding=UTF-8', program])).toEqual(
      expectedOf(PLAN),
    );
  });

  test('Python’s requests', async () => {
    const python = await pythonWithRequests();
    expect(await byProgram(python, 'python3', [join(PROGRAMS, 'ordinary_calls.py')])).toEqual(
      expectedOf(PLAN),
    );
  });

  test('Go’s net/http', async () => {
    expect(await byProgram('go', 'golang', ['run', join(PROGRAMS, 'ordinary_calls.go')])).toEqual(
      expectedOf(PLAN),
    );
    // The first run compiles Go's library.
  }, 600_000);

  test.each(['axios', 'got', 'superagent'])('npm’s %s', async (library) => {
    const program = join(PROGRAMS, 'ordinary-calls.mjs');
    expect(await byProgram(process.execPath, 'nodejs', [program, library])).toEqual(expectedOf(PLAN));
  });

  test('Node’s fetch', async () => {
    // fetch refuses to send a body with GET.
    const plan = PLAN.filter(({ name }) => name !== 'body of GET');
    const answers: string[] = [];
    for (const { name, method, target, body, header } of plan) {
      const [kind, size] = body.split(' ');
      const sent = 'x'.repeat(Number(size ?? 0));
      const [field, value] = header.split(': ');
      const answer = await fetch(base + target, {
        method,
        headers: { authorization: `Bearer ${token}`, ...(field && { [field]: value ?? '' }) },
        ...(kind === 'whole' && { body: sent }),
        ...(kind === 'stream' && { body: new Blob([sent]).stream(), duplex: 'half' }),
      });
      answers.push([name, answer.status, await answer.text()].join('\t'));
    }
    expect(answersOf(answers.join('\n'))).toEqual(expectedOf(plan));
  });
});

/** A Python that has the library: the first on the PATH may be another one than Debian's. */
async function pythonWithRequests(): Promise<string> {
  for (const name of ['python3', '/usr/bin/python3']) {
    const program = { name, package: 'python3', args: ['-c', 'import requests'] };
    const isUsable = await runProgram(program).then(
      () => true,
      () => false,
    );
    if (isUsable) return name;
  }
  throw new Error('Python’s requests is missing: apt-get install python3-requests');
}

describe('proxies in front, as their first example configures them', () => {
  /** Starts the proxy on a free port before the gateway, makes the calls through it, and stops it. */
  async function through(start: (port: number, gateway: string) => Promise<RealProxy>) {
    const port = await freePort();
    const proxy = await start(port, `127.0.0.1:${world.gateway.port}`);
    try {
      return await byCurl(`http://127.0.0.1:${port}/billing`, PLAN);
    } finally {
      await proxy.stop();
    }
  }
  const written = async (name: string, text: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, text);
    return path;
  };

  test('nginx with a bare proxy_pass (HTTP/1.0)', async () => {
    const answers = await through(async (port, gateway) => {
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
        .map((name) => `${name}_temp_path ${join(folder, name)};`)
        .join(' ');
      const config = await written(
        'nginx.conf',
        `daemon off; worker_processes 1; pid ${join(folder, 'nginx.pid')}; error_log stderr;
         events {} http { access_log off; client_max_body_size 0; ${temporary}
           server { listen 127.0.0.1:${port}; location / { proxy_pass http://${gateway}; } } }`,
      );
      return RealProxy.start(
        { name: 'nginx', package: 'nginx-light', args: ['-c', config, '-e', 'stderr'] },
        port,
      );
    });
    expect(answers).toEqual(expectedOf(PLAN));
  }, 60_000);

  test('Caddy', async () => {
    const answers = await through(async (port, gateway) => {
      await mkdir(join(folder, 'caddy'), { recursive: true });
      const config = await written(
        'Caddyfile',
        `{\n\tadmin off\n}\n:${port} {\n\treverse_proxy ${gateway}\n}\n`,
      );
      const env = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
      const args = ['run', '--config', config, '--adapter', 'caddyfile'];
      return RealProxy.start({ name: 'caddy', package: 'caddy', args }, port, env);
    });
    expect(answers).toEqual(expectedOf(PLAN));
  }, 60_000);

  test('HAProxy', async () => {
    const answers = await through(async (port, gateway) => {
      const config = await written(
        'haproxy.cfg',
        `defaults\n  mode http\n  timeout connect 5s\n  timeout client 60s\n  timeout server 60s
frontend calls\n  bind 127.0.0.1:${port}\n  default_backend gateway
backend gateway\n  server gateway ${gateway}\n`,
      );
      return RealProxy.start({ name: 'haproxy', package: 'haproxy', args: ['-f', config, '-db'] }, port);
    });
    expect(answers).toEqual(expectedOf(PLAN));
  }, 60_000);
});

describe('browsers', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: await findChromium(),
      args: ['--no-sandbox', '--disable-gpu'],
    });
  }, 60_000);
  afterAll(() => browser?.close());

  test('Chromium: a page of a listed origin makes every call, and one of another origin none', async () => {
    // No page may send a body with GET, and none of unknown length over HTTP/1.1.
    const plan = PLAN.filter(({ name, body }) => name !== 'body of GET' && !body.startsWith('stream'));
    const page = await browser.newPage();
    await page.goto(originOf(pages));
    const calls = { base, token, plan };
    expect(answersOf(await page.evaluate(inPage, calls))).toEqual(expectedOf(plan));
    const before = world.upstream.hits.length;
    // The same server by another name is another origin.
    await page.goto(originOf(pages).replace('localhost', '127.0.0.1'));
    await expect(page.evaluate(inPage, calls)).rejects.toThrow(/Failed to fetch/);
    expect(world.upstream.hits).toHaveLength(before);
    await page.close();
  }, 60_000);

  test('Firefox, by the bytes that it sends: a preflight and the call after it', async () => {
    const common = [
      `Host: 127.0.0.1:${world.gateway.port}`,
      'User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
      'Accept: */*',
      'Accept-Language: en-US,en;q=0.5',
      'Accept-Encoding: gzip, deflate, br, zstd',
    ];
    const ofPage = [
      `Referer: ${originOf(pages)}/`,
      `Origin: ${originOf(pages)}`,
      'Connection: keep-alive',
      'Sec-Fetch-Dest: empty',
      'Sec-Fetch-Mode: cors',
      'Sec-Fetch-Site: cross-site',
    ];
    const target = '/billing/tenants/acme/invoices/M%C3%BCller%20&%20Co';
    const asked = ['Access-Control-Request-Method: GET', 'Access-Control-Request-Headers: authorization'];
    const request = (line: string, ...fields: string[]) =>
      world.raw(`${line} HTTP/1.1\r\n${[...common, ...fields].join('\r\n')}\r\n\r\n`);
    const preflight = await request(`OPTIONS ${target}`, ...asked, ...ofPage, 'Priority: u=4');
    expect([preflight.status, preflight.header('access-control-allow-origin')]).toEqual([
      204,
      originOf(pages),
    ]);
    const answer = await request(
      `GET ${target}`,
      `authorization: Bearer ${token}`,
      ...ofPage,
      'Priority: u=4',
    );
    expect([answer.status, answer.header('access-control-allow-origin')]).toEqual([200, originOf(pages)]);
  });
});

/** Runs in the page. Returns one line for each call, as the programs print them. */
async function inPage(calls: { base: string; token: string; plan: readonly PlannedCall[] }): Promise<string> {
  const lines: string[] = [];
  for (const { name, method, target, body, header } of calls.plan) {
    const [field, value] = header.split(': ');
    const answer = await fetch(calls.base + target, {
      method,
      headers: { authorization: `Bearer ${calls.token}`, ...(field && { [field]: value ?? '' }) },
      ...(body === 'none' ? {} : { body: 'x'.repeat(Number(body.split(' ')[1])) }),
    });
    lines.push([name, answer.status, await answer.text()].join('\t'));
  }
  return lines.join('\n');
}
