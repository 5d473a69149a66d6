/** @soak */

import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { encodeGatewayCredential } from '@countersign/gateway-protocol';
import { eventually } from '../../../test/support/eventually.js';
import { onlyInSoak, someRows } from '../../../test/support/samples.js';
import { specFolder } from '../../../test/support/spec-folder.js';
import {
  GRANT_ID,
  grantAnswer,
  REQUEST_ID,
  requestAnswer,
  serviceAnswer,
  TOKEN,
  tokenAnswer,
  whoamiAnswer,
} from '../test/answers.js';
import { runCli, spawnCli } from '../test/child.js';
import { type FakeServer, fakeServers, problem } from '../test/fake-broker.js';
import { Terminal } from '../test/terminal.js';
import { run } from './main.js';

const KEY = 'csk_a-secret-of-ours';
const serve = fakeServers();

/** Runs the command in this process, which costs a tenth: for tests of what it does, not of how a process ends. */
async function runHere(argv: string[], env: Record<string, string>) {
  return startHere(argv, env).ended;
}

/** The same, for a test that does something while the verb runs. `stop` ends it as a signal would. */
function startHere(argv: string[], env: Record<string, string>) {
  const terminal = new Terminal({ PATH: process.env['PATH'] ?? '', ...env });
  const ended = run(argv, terminal).then((exit) => ({ exit, out: terminal.out, err: terminal.err }));
  const printed = () => eventually('it prints a line', () => terminal.out.includes('\n') && terminal.out);
  return { ended, printed, stop: () => terminal.stopping.abort() };
}

const envFor = (broker: FakeServer) => ({ COUNTERSIGN_BROKER_URL: broker.url, COUNTERSIGN_API_KEY: KEY });

/** A broker with one active grant, and the gateway that it points to. */
async function grantAtWork(
  gatewayRoutes: Parameters<typeof serve>[0],
  brokerRoutes: Parameters<typeof serve>[0] = {},
) {
  const gateway = await serve(gatewayRoutes);
  let state: Record<string, unknown> = {};
  const broker = await serve({
    [`GET /api/v1/grants/${GRANT_ID}`]: () => ({ body: grantAnswer(`${gateway.url}/billing`, state) }),
    [`POST /api/v1/grants/${GRANT_ID}/tokens`]: () => ({ body: tokenAnswer() }),
    ...brokerRoutes,
  });
  return { gateway, broker, end: () => (state = { state: 'ended', endReason: 'revoked' }) };
}

describe('the command', () => {
  test('prints one JSON document on stdout and nothing else', async () => {
    const me = { ...whoamiAnswer(), later: 'a member that this version does not know' };
    const broker = await serve({ 'GET /api/v1/whoami': () => ({ body: me }) });
    const { exit, out, err } = await runCli(['whoami', '--json'], envFor(broker));
    expect([exit, JSON.parse(out), err]).toEqual([0, me, '']);
  });

  test('exits with 1 after a refusal, with 2 on bad flags and on a file that cannot be opened', async () => {
    const broker = await serve({});
    const refused = await runHere(['show', 'req_x'], envFor(broker));
    expect([refused.exit, refused.out]).toEqual([1, '']);
    expect(refused.err).toBe('error[not_found]: There is no such thing.\n');
    expect((await runHere(['show'], {})).exit).toBe(2);
    const file = await runHere(['apply', '-f', '/nowhere/organisation.yaml'], {});
    expect([file.exit, file.err]).toEqual([
      2,
      'error[cannot_open]: /nowhere/organisation.yaml: cannot be opened (ENOENT)\n',
    ]);
  });

  test('lists deliveries that were given up, and retries them', async () => {
    const id = 'ntc_019ab2c3-0000-7000-8000-000000000001';
    const times = { nextAt: null, deliveredAt: null, deadAt: null };
    const delivery = {
      channel: 'webhook',
      recipient: 'acme:0123',
      attempts: 42,
      lastError: 'http_503',
      ...times,
    };
    const notice = (state: string) => ({
      id,
      tenant: 'acme',
      kind: 'grant.ended',
      subject: GRANT_ID,
      at: '2026-11-24T12:00:00Z',
      deliveries: [{ ...delivery, state }],
    });
    const broker = await serve({
      'GET /api/v1/notices': ({ url }) => ({
        body: { items: url.includes('state=dead') ? [notice('dead')] : [], next: null },
      }),
      [`POST /api/v1/notices/${id}/retry`]: () => ({ body: notice('due') }),
    });
    const list = await runHere(['notices', 'list', '--state', 'dead'], envFor(broker));
    expect(list.out).toMatch(new RegExp(`${id}.*acme.*grant\\.ended.*webhook.*dead.*42.*http_503`));
    const retry = await runHere(['notices', 'retry', id, '--json'], envFor(broker));
    expect([retry.exit, JSON.parse(retry.out)]).toEqual([0, notice('due')]);
    expect((await runHere(['notices', 'retry', 'req_1'], envFor(broker))).err).toMatch(/^error\[/);
  });

  onlyInSoak(() => {
    test('reads a token from stdin', async () => {
      const jwks = join(specFolder(), 'jwks.json');
      writeFileSync(jwks, '{"keys":[]}');
      const argv = [
        'token-check',
        '--jwks',
        jwks,
        '--issuer',
        'http://localhost:4000',
        '--audience',
        'billing',
      ];
      const { exit, err } = await runCli(argv, {}, '');
      expect([exit, err]).toEqual([1, expect.stringMatching(/^error\[malformed\]: /)]);
    });

    test('ends quietly if its reader has gone', async () => {
      const items = Array.from({ length: 200 }, () => grantAnswer('http://localhost:1/billing'));
      const broker = await serve({ 'GET /api/v1/grants': () => ({ body: { items, next: null } }) });
      const { child, ended } = spawnCli(['grants', '--json'], envFor(broker));
      child.stdout.destroy();
      expect((await ended).err).toBe('');
    });
  });
});

describe('curl', () => {
  test('calls the path under the grant’s service with the token, and passes curl’s output on', async () => {
    const { gateway, broker } = await grantAtWork({
      'POST /billing/tenants/acme/invoices': () => ({ body: { done: true } }),
    });
    const argv = ['curl', GRANT_ID, '--', '-s', '-X', 'POST', '-d', '@-', '/tenants/acme/invoices?x=1'];
    const { exit, out } = await runCli(argv, envFor(broker), 'from stdin');
    expect([exit, JSON.parse(out)]).toEqual([0, { done: true }]);
    expect(gateway.seen).toEqual([
      expect.objectContaining({
        url: '/billing/tenants/acme/invoices?x=1',
        headers: expect.objectContaining({ authorization: `Bearer ${TOKEN}` }),
        body: 'from stdin',
      }),
    ]);
  });

  test('P11: the token is in no argument, no variable and no named file', async () => {
    const { broker } = await grantAtWork({});
    const folder = specFolder();
    writeFileSync(
      join(folder, 'curl'),
      `#!/bin/sh\nprintf '%s\\n' "$@" > ${folder}/args\nenv > ${folder}/env\ncat /dev/fd/3 > ${folder}/header\nls -l /proc/$$/fd/3 > ${folder}/file 2>&1\n`,
    );
    chmodSync(join(folder, 'curl'), 0o755);
    const env = { ...envFor(broker), PATH: `${folder}:${process.env['PATH']}` };
    const { exit, out, err } = await runHere(['curl', GRANT_ID, '--', '/x'], env);
    expect([exit, out, err]).toEqual([0, '', '']);
    const read = (name: string) => readFileSync(join(folder, name), 'utf8');
    expect(read('header')).toBe(`Authorization: Bearer ${TOKEN}\n`);
    for (const name of ['args', 'env', 'file']) {
      expect(read(name)).not.toContain(TOKEN);
      expect(read(name)).not.toContain(KEY);
    }
    if (process.platform === 'linux') expect(read('file')).toContain('(deleted)');
  });

  test('says that curl is missing, and that the grant has ended', async () => {
    const { broker, end } = await grantAtWork({});
    const env = { ...envFor(broker), PATH: '/nowhere' };
    const missing = await runHere(['curl', GRANT_ID, '--', '/x'], env);
    expect([missing.exit, missing.err]).toEqual([1, expect.stringMatching(/^error\[curl_missing\]: /)]);
    end();
    const ended = await runHere(['curl', GRANT_ID, '--', '/x'], envFor(broker));
    expect([ended.exit, ended.err]).toEqual([1, `error[grant_not_active]: ${GRANT_ID} is ended (revoked)\n`]);
  });

  describe('P11: the token reaches the grant’s gateway and no other server', () => {
    const attacks: Record<string, (evil: FakeServer, folder: string) => string[]> = {
      'a second URL': ({ url }) => [`${url}/x`],
      'a second URL without a scheme': ({ port }) => [`localhost:${port}/x`],
      'a proxy': ({ url }) => ['-x', url],
      'a proxy among other letters': ({ url }) => [`-sx${url}`],
      'another server behind the name': ({ port }) => ['--connect-to', `::localhost:${port}`],
      'a file of options': (_evil, folder) => ['-K', join(folder, '.curlrc')],
      'a second URL after an option that ends the first': ({ url }) => ['-:', '-H', '@/dev/fd/3', url],
    };

    test.each(Object.entries(attacks))('%s', async (_name, attack) => {
      const evil = await serve({});
      const folder = specFolder();
      writeFileSync(join(folder, '.curlrc'), `url = ${evil.url}/from-the-file\n`);
      const { gateway, broker } = await grantAtWork({ 'GET /billing/x': () => ({ body: {} }) });
      const { exit, err } = await runHere(
        ['curl', GRANT_ID, '--', '-s', '/x', ...attack(evil, folder)],
        envFor(broker),
      );
      expect(evil.seen).toEqual([]);
      expect([exit, err]).toEqual([2, expect.stringMatching(/^error\[invalid_usage\]: /)]);
      expect(gateway.seen).toEqual([]);
    });

    test('a .curlrc and a proxy in the environment', async () => {
      const evil = await serve({});
      const folder = specFolder();
      writeFileSync(join(folder, '.curlrc'), `url = ${evil.url}/from-the-file\nproxy = ${evil.url}\n`);
      const { gateway, broker } = await grantAtWork({ 'GET /billing/x': () => ({ body: { ok: true } }) });
      const answer = join(folder, 'answer');
      const { exit } = await runHere(['curl', GRANT_ID, '--', '-s', '-o', answer, '/x'], {
        ...envFor(broker),
        HOME: folder,
        CURL_HOME: folder,
        http_proxy: evil.url,
        ALL_PROXY: evil.url,
      });
      expect(evil.seen).toEqual([]);
      expect([exit, readFileSync(answer, 'utf8')]).toEqual([0, '{"ok":true}']);
      expect(gateway.seen).toHaveLength(1);
    });
  });

  onlyInSoak(() => {
    test('passes a large binary answer on byte for byte, and one that is refused with what to request', async () => {
      const path = '/tenants/acme/invoices/17';
      const large = 'x\u0000é'.repeat(300_000);
      const scope = [{ resource: 'invoices/17', actions: ['update'] }];
      const { broker } = await grantAtWork(
        {
          [`GET /billing${path}`]: () => ({ type: 'application/octet-stream', body: large }),
          [`PATCH /billing${path}`]: () =>
            problem(403, 'insufficient_scope', 'no', {
              request: { tenant: 'acme', service: 'billing', scope },
            }),
        },
        {
          'GET /api/v1/services/billing': () => ({ body: serviceAnswer() }),
          [`GET /api/v1/requests/${REQUEST_ID}`]: () => ({ body: requestAnswer() }),
        },
      );
      expect((await runCli(['curl', GRANT_ID, '--', '-s', path], envFor(broker))).out).toBe(large);
      const refused = await runCli(['curl', GRANT_ID, '--', '-s', '-X', 'PATCH', path], envFor(broker));
      expect([refused.exit, JSON.parse(refused.out)]).toEqual([0, expect.objectContaining({ status: 403 })]);
      expect(refused.err).toContain(
        "countersign request acme billing --scope 'invoices/17:update' --for PT1H --reason TEXT",
      );
    });
  });

  test('exits with 1 if curl fails', async () => {
    const { broker } = await grantAtWork({});
    const { exit, err } = await runHere(['curl', GRANT_ID, '--', '-sf', '/nothing'], envFor(broker));
    expect([exit, err]).toEqual([1, 'error[curl_failed]: curl ended with 22\n']);
  });
});

describe('proxy', () => {
  test('serves the grant on a loopback port until the grant ends', async () => {
    const { gateway, broker, end } = await grantAtWork({
      'GET /billing/tenants/acme/invoices': () => ({ body: [1] }),
      'GET /billing/late': () => problem(403, 'grant_ended', 'The grant has ended.'),
    });
    const { ended, printed } = startHere(['proxy', GRANT_ID, '--port', '0', '--json'], envFor(broker));
    const { url } = JSON.parse(await printed()) as { url: string };
    const answer = await fetch(`${url}/tenants/acme/invoices`, {
      headers: { authorization: 'Bearer of-the-caller' },
    });
    expect([answer.status, await answer.json()]).toEqual([200, [1]]);
    expect(gateway.seen[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
    end();
    expect((await fetch(`${url}/late`)).status).toBe(403);
    expect(await ended).toMatchObject({ exit: 0, err: 'The grant has ended (revoked).\n' });
  });

  test('P11: a caller that reaches the port without the printed address gets nothing; SIGTERM ends it', async () => {
    const { gateway, broker } = await grantAtWork({ 'GET /billing/x': () => ({ body: [1] }) });
    const { child, ended, printed } = spawnCli(['proxy', GRANT_ID, '--port', '0'], envFor(broker));
    const url = new URL((await printed(/http.*\n/)).trim());
    expect(url.pathname).toMatch(/^\/[\w-]{22}$/);
    const answer = await fetch(`${url.origin}/x`);
    expect([answer.status, await answer.json()]).toEqual([
      403,
      expect.objectContaining({ code: 'unknown_caller' }),
    ]);
    expect(gateway.seen).toEqual([]);
    expect(await (await fetch(`${url.href}/x`)).json()).toEqual([1]);
    child.kill('SIGTERM');
    expect((await ended).exit).toBe(0);
  });

  test('P11: serves on a socket that only its owner can open', async () => {
    const { gateway, broker } = await grantAtWork({ 'GET /billing/x': () => ({ body: [1] }) });
    const socket = join(specFolder(), 'grant.sock');
    const { ended, printed, stop } = startHere(
      ['proxy', GRANT_ID, '--socket', socket, '--json'],
      envFor(broker),
    );
    expect(JSON.parse(await printed())).toMatchObject({ url: 'http://localhost', socket });
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    expect(await overSocket(socket, 'localhost')).toBe('[1]');
    expect(JSON.parse(await overSocket(socket, 'evil.example'))).toMatchObject({ code: 'foreign_host' });
    expect(gateway.seen).toHaveLength(1);
    const second = await runHere(['proxy', GRANT_ID, '--socket', socket], envFor(broker));
    expect([second.exit, second.err]).toEqual([1, expect.stringMatching(/^error\[socket_exists\]: /)]);
    stop();
    expect((await ended).exit).toBe(0);
    expect(existsSync(socket)).toBe(false);
  });

  test('says that the port is in use', async () => {
    const { broker, gateway } = await grantAtWork({});
    const { exit, err } = await runHere(['proxy', GRANT_ID, '--port', String(gateway.port)], envFor(broker));
    expect([exit, err]).toEqual([1, `error[port_in_use]: port ${gateway.port} is in use; choose another\n`]);
  });
});

/** The body of `GET /x` over a Unix socket, for a host name. */
const overSocket = (socketPath: string, host: string) =>
  new Promise<string>((resolve, reject) => {
    http
      .get({ socketPath, path: '/x', headers: { host } }, async (answer) => {
        resolve(Buffer.concat(await answer.toArray()).toString());
      })
      .on('error', reject);
  });

describe('request --wait', () => {
  test('exits with 1 on Ctrl-C and leaves the request open', async () => {
    let tell = () => {};
    const looked = new Promise<void>((resolve) => {
      tell = resolve;
    });
    const broker = await serve({
      'POST /api/v1/requests': () => ({ status: 201, body: requestAnswer() }),
      [`GET /api/v1/requests/${REQUEST_ID}`]: () => {
        tell();
        return { body: requestAnswer() };
      },
    });
    const argv = [
      'request',
      'acme',
      'billing',
      '--scope',
      'invoices/*:read',
      '--for',
      'PT1H',
      '--reason',
      'x',
      '--wait',
    ];
    const { ended, stop } = startHere(argv, envFor(broker));
    await looked;
    stop();
    const { exit, out, err } = await ended;
    expect([exit, out]).toEqual([1, '']);
    expect(err).toContain(
      `error[interrupted]: Stopped waiting. The request stays open: countersign show ${REQUEST_ID}`,
    );
    expect(broker.seen.map(({ method }) => method)).not.toContain('DELETE');
  });
});

describe('broker and gateway in the foreground', () => {
  const wrong = ['csg_abc', `csg_${Buffer.from('{"secret":"hunter2"}').toString('base64url')}`];
  test.each(someRows(wrong))(
    'P11: the credential %s is named by key and rule, never by value',
    async (credential) => {
      const dataDir = specFolder();
      const env = { COUNTERSIGN_DATA_DIR: dataDir, COUNTERSIGN_GATEWAY_CREDENTIAL: credential };
      const { exit, err } = await runCli(['gateway'], env);
      expect([exit, err]).toEqual([
        1,
        expect.stringMatching(/^error\[invalid_config\]: COUNTERSIGN_GATEWAY_CREDENTIAL must be /),
      ]);
      expect(err).not.toMatch(/hunter2|secret"|csg_abc/);
    },
  );

  onlyInSoak(() => {
    test('a port in use is reported with the variable that chooses another', async () => {
      const taken = await serve({});
      const dataDir = specFolder();
      const credential = encodeGatewayCredential({
        gateway: 'gtw_01980000-0000-7000-8000-000000000001',
        secret: 'a'.repeat(43),
        broker: 'http://localhost:1',
        deployment: 'dep_01980000-0000-7000-8000-000000000002',
        feedKey: Buffer.alloc(32, 7).toString('base64url'),
      });
      const { exit, err } = await runCli(['gateway'], {
        COUNTERSIGN_DATA_DIR: dataDir,
        COUNTERSIGN_GATEWAY_CREDENTIAL: credential,
        COUNTERSIGN_GATEWAY_PORT: new URL(taken.url).port,
        COUNTERSIGN_LOG_LEVEL: 'silent',
      });
      await taken.stop();
      expect([exit, err]).toEqual([
        1,
        'error[port_unavailable]: the gateway cannot listen (EADDRINUSE); choose another COUNTERSIGN_GATEWAY_PORT or COUNTERSIGN_HOST\n',
      ]);
    });
  });

  /** A program, and what it says of the first variable that it needs. */
  const missing: [program: string, detail: string][] = [
    ['broker', 'COUNTERSIGN_MASTER_KEY is required'],
    ['gateway', 'COUNTERSIGN_GATEWAY_CREDENTIAL is required'],
  ];

  onlyInSoak(() => {
    test.each(missing)('%s --json prints what is missing as a document', async (program, detail) => {
      const dataDir = specFolder();
      const { exit, out } = await runCli([program, '--json'], { COUNTERSIGN_DATA_DIR: dataDir });
      expect([exit, JSON.parse(out)]).toMatchObject([
        1,
        { code: 'invalid_config', detail: expect.stringContaining(detail) },
      ]);
    });

    test.each(missing)(
      '%s without what it needs says what is missing and exits with 1',
      async (program, detail) => {
        const dataDir = specFolder();
        const { exit, out, err } = await runCli([program], { COUNTERSIGN_DATA_DIR: dataDir });
        expect([exit, out]).toEqual([1, '']);
        expect(err.slice(0, `error[invalid_config]: ${detail}`.length)).toBe(
          `error[invalid_config]: ${detail}`,
        );
      },
    );
  });
});

test('P11: while curl runs, the process list shows neither key nor token', async () => {
  const { broker, gateway } = await grantAtWork({ 'GET /billing/slow': () => ({ hold: true }) });
  const { ended } = startHere(['curl', GRANT_ID, '--', '-s', '/slow'], envFor(broker));
  await eventually('curl has called', () => gateway.seen.length > 0);
  const list = await processesUnder(process.pid);
  expect(list).toContain('/slow');
  expect(list).not.toContain(TOKEN);
  expect(list).not.toContain(KEY);
  await gateway.stop();
  await ended;
});

/** The arguments of the children of a process. */
function processesUnder(parent: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const ps = spawn('ps', ['-o', 'args=', '--ppid', String(parent)]);
    let text = '';
    ps.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
    });
    ps.on('error', reject);
    ps.on('close', () => resolve(text));
  });
}
