/**
 * @soak
 * @alone
 */

import { existsSync, renameSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Browser } from '../../support/browser.js';
import { Cli } from '../../support/cli.js';
import { onBusyMachine } from '../../support/deadline.js';
import { Demo } from '../../support/demo.js';
import { eventually } from '../../support/eventually.js';
import { freePort } from '../../support/free-port.js';
import { readLogs } from '../../support/log-reader.js';
import { rowsAt } from '../../support/rows-at.js';
import { isFullRun, onlyInSoak } from '../../support/samples.js';
import { specFolder } from '../../support/spec-folder.js';
import { runShell, shellBlocksOf } from '../shell-blocks.js';

type Tour = { steps: { title: string }[] };

describe('npm start', () => {
  let demo: Demo;
  let cli: Cli;
  let dataDir: string;
  let ports: Demo['ports'];

  beforeAll(async () => {
    demo = await Demo.start();
    ({ cli, dataDir, ports } = demo);
  }, 120_000);
  afterAll(() => demo.close());

  test('prints every address, and serves a page', async () => {
    for (const port of Object.values(ports))
      expect(demo.process.stdout).toContain(`http://localhost:${port}`);
    expect(demo.process.stdout).toContain('npx countersign tour');
    const page = await fetch(`http://localhost:${ports.broker}/`);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(await page.text()).toMatch(/^<!doctype html>/i);
    // The data itself is to be had through the gateway only.
    const around = await fetch(`http://localhost:${ports.service}/tenants/globex/invoices`);
    expect([around.status, await around.json()]).toEqual([
      403,
      expect.objectContaining({ code: 'not_through_gateway', reason: 'missing' }),
    ]);
  });

  test('doctor finds nothing wrong with a fresh demo', async () => {
    const { code, stdout, stderr } = await cli.inside('doctor');
    expect([code, stderr]).toEqual([0, '']);
    // curl is not part of the demo.
    expect(stdout).not.toMatch(/^! (?!curl)/m);
  });

  test('signs in the vendor’s staff at a real provider, and Globex with a code from the mailbox', async () => {
    const publicUrl = `http://localhost:${ports.broker}`;
    const whoIn = async (browser: Browser) =>
      JSON.parse((await browser.send('/api/v1/session')).text) as {
        person: { name: string };
        assurance: string;
      };
    const erin = new Browser(publicUrl, () => publicUrl);
    await erin.signIn('/auth/oidc/vendor/start', 'erin@northwind.example');
    expect(await whoIn(erin)).toMatchObject({ person: { name: 'Erin Okafor' }, assurance: 'oidc' });
    const ivan = new Browser(publicUrl, () => publicUrl);
    await ivan.signIn('/auth/oidc/initech/start', 'ivan@initech.example');
    expect(await whoIn(ivan)).toMatchObject({ person: { name: 'Ivan Baptiste' } });

    const gwen = new Browser(publicUrl, () => publicUrl);
    const post = (path: string, body: unknown) =>
      gwen.send(path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { origin: publicUrl, 'content-type': 'application/json' },
      });
    expect((await post('/auth/code', { organisation: 'globex', email: 'gwen@globex.example' })).status).toBe(
      202,
    );
    const code = await eventually(
      'the code in the mailbox',
      async () => {
        const { items } = (await (await fetch(`http://localhost:${ports.mailbox}/messages`)).json()) as {
          items: { subject: string; text: string }[];
        };
        const message = items.find(({ subject }) => subject.startsWith('Your code'));
        return /^ *([A-Z2-9]{4}-[A-Z2-9]{4})$/m.exec(message?.text ?? '')?.[1];
      },
      20_000,
    );
    expect((await post('/auth/code/verify', { code })).status).toBe(200);
    expect(await whoIn(gwen)).toMatchObject({ person: { name: 'Gwen Achterberg' }, assurance: 'mail-code' });
    for (const side of ['vendor', 'acme', 'initech'])
      expect(statSync(join(dataDir, `oidc-${side}`)).mode & 0o777).toBe(0o600);
  }, 60_000);

  onlyInSoak(() => {
    test('the commands under “By hand” in the README do the main job as they are written', async () => {
      const [byHand] = shellBlocksOf('README.md').filter(({ heading }) => heading === 'By hand');
      const { stdout } = await runShell(byHand?.text ?? '', specFolder(), {
        COUNTERSIGN_BROKER_URL: demo.url,
        COUNTERSIGN_GATEWAY_URL: demo.gatewayUrl,
        COUNTERSIGN_DATA_DIR: dataDir,
      });
      expect(stdout).toContain('"status":"overdue"');
      expect(stdout).toMatch(/GET \/tenants\/globex\/invoices\?status=overdue +allowed/);
      expect(stdout).toMatch(/^http:\/\/billing\.localhost:\d+\/countersign\/open\?/m);
      expect(stdout).toMatch(/^state +ended/m);
    }, 120_000);
  });

  test('the tour runs the main flow, and prints one document with --json', async () => {
    // The soak runs it twice.
    if (isFullRun()) {
      const tour = await cli.run('tour');
      expect(tour).toMatchObject({ code: 0, stderr: '' });
      expect(tour.stdout).not.toBe('');
    }
    const { steps } = await cli.json<Tour>('tour');
    expect(steps.length).toBeGreaterThan(5);
  }, 120_000);

  onlyInSoak(() => {
    test('P12: the gateway refuses the attacker tour three times; the tour can be repeated and leaves no access open', async () => {
      for (const _time of ['first', 'again']) {
        const tour = await cli.inside('tour', '--as', 'attacker');
        expect(tour).toMatchObject({ code: 0, stderr: '' });
        for (const reason of ['too_few', 'wrong_digest', 'unknown_key'])
          expect(tour.stdout).toContain(`403 not_countersigned, ${reason}`);
      }
      const url = `sqlite:${join(dataDir, 'countersign.db')}`;
      expect(await rowsAt(url, "SELECT id FROM grants WHERE state <> 'ended'")).toEqual([]);
      expect(
        await rowsAt(url, "SELECT id FROM sessions WHERE device = 'the tour' AND ended_at IS NULL"),
      ).toEqual([]);
      expect(await rowsAt(url, 'SELECT DISTINCT tenant FROM trust_versions')).toEqual([
        { tenant: 'initech' },
      ]);
      const keys = join(dataDir, 'tour-passkeys.json');
      expect(statSync(keys).mode & 0o777).toBe(0o600);
      renameSync(keys, `${keys}.lost`);
      expect(await cli.inside('tour', '--as', 'attacker')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('was claimed by passkeys that this tour does not hold'),
      });
      renameSync(`${keys}.lost`, keys);
    }, 120_000);
  });

  test('Ctrl-C stops all within 5 s', async () => {
    const asked = performance.now();
    expect(await demo.process.stop('SIGINT')).toEqual({ code: 0, signal: null });
    expect(performance.now() - asked).toBeLessThan(onBusyMachine(5_000));
    for (const port of Object.values(ports)) expect(await listens(port)).toBe(false);
    expect(existsSync(join(dataDir, 'countersign.db'))).toBe(true);
  }, 120_000);

  onlyInSoak(() => {
    test('the next start finds the data', async () => {
      const logged = readLogs(join(dataDir, 'countersign.db')).length;
      await demo.run();
      const logs = readLogs(join(dataDir, 'countersign.db'));
      expect(logs.length).toBeGreaterThanOrEqual(logged);
      expect(logs.filter(({ type }) => type === 'gateway.enrolled')).toHaveLength(1);
      expect(await cli.run('tour')).toMatchObject({ code: 0, stderr: '' });
    }, 120_000);
  });

  test('the tour reports when nothing runs', async () => {
    const nowhere = `http://localhost:${await freePort()}`;
    const lost = new Cli({ COUNTERSIGN_DATA_DIR: dataDir, COUNTERSIGN_BROKER_URL: nowhere });
    const { code, stdout, stderr } = await lost.inside('tour');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error\[not_running\]: /);
  }, 120_000);
});

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
