import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../support/eventually.js';
import { HostSite } from './support/host-site.js';
import { releaseFolder } from './support/release-folder.js';

/** The folder of a release is all that a host has: nothing here may need the clone. */
let release: string;
let site: HostSite;
beforeAll(async () => {
  release = releaseFolder();
  site = await HostSite.create({ release, workers: 2 });
  await site.setUp();
  await site.startBroker();
  await site.startGateway();
}, 300_000);
afterAll(() => site?.close());

test('it has the programs, the pages and the packages that they load, and no sources, tests or demo', () => {
  expect(readdirSync(release).toSorted()).toEqual([
    'LICENSE',
    'apps',
    'bin',
    'node_modules',
    'package.json',
    'programs',
  ]);
  expect(readdirSync(join(release, 'apps'))).toEqual(['web']);
  const { dependencies } = JSON.parse(readFileSync(join(release, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  expect(Object.keys(dependencies)).toEqual(['better-sqlite3', 'pg', 'pino', 'pino-http']);
  const files = readdirSync(release, { recursive: true, encoding: 'utf8' });
  expect(
    files.filter((path) => /(?<!\.d)\.ts$|\.spec\.|\.map$/.test(path) && !path.startsWith('node_modules')),
  ).toEqual([]);
  expect(files.filter((path) => path.endsWith('.node'))).toEqual(
    expect.arrayContaining(['node_modules/better-sqlite3/build/Release/better_sqlite3.node']),
  );
});

test('another user does the main job with it: broker, gateway with two workers, and the command', async () => {
  const { answer, calls, afterStop, log } = await site.mainJob();
  expect(JSON.parse(answer)).toEqual({ ok: true });
  expect(site.upstream.hits).toMatchObject([{ method: 'GET', url: '/clinics/harbour/patients/p-1' }]);
  expect(calls).toMatchObject([{ decision: 'allowed', path: '/clinics/harbour/patients/p-1' }]);
  expect(afterStop).toMatchObject({ code: 1, stderr: expect.stringContaining('is ended (revoked)') });
  expect(site.upstream.hits).toHaveLength(1);
  expect(log).toMatchObject({ verified: true });
}, 60_000);

test('the broker serves the pages', async () => {
  const page = await fetch(`${site.brokerUrl}/`);
  expect([page.status, await page.text()]).toEqual([200, expect.stringMatching(/^<!doctype html>/i)]);
});

test('`node programs/countersign.js` is the command, too', async () => {
  expect(await site.run('programs/countersign.js', ['gateways', 'list'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('host'),
  });
});

test.each([
  'migrate',
  'apply -f organisation.yaml --dry-run',
  'keys list',
  'keys rotate-signing',
  'scim list',
  'gateways list',
  'gateways pins',
  'gateways context-key patients',
  'gateways sql-setup patients postgres://db.example/patients',
  'trust reset harbour --cancel --reason found',
  'restore --help',
  'doctor',
  'tour --help',
])(
  'the verb of the host: %s',
  async (verb) => {
    const { stdout, stderr } = await site.command(verb.split(' '));
    expect(stderr).not.toMatch(/internal|cannot find|ERR_|ENOENT/i);
    expect(stdout + stderr).not.toBe('');
  },
  60_000,
);

test('a worker of another build than its primary’s is not used', async () => {
  const program = join(release, 'programs/gateway.js');
  const whole = readFileSync(program, 'utf8');
  const workers = async () => {
    const { workers: all } = (await (await fetch(`${site.adminUrl}/readyz`)).json()) as {
      workers: { pid: number | null }[];
    };
    return all;
  };
  /** As an installation does: the running file stays whole. */
  const install = (text: string) => {
    writeFileSync(`${program}.new`, text, { mode: 0o644 });
    renameSync(`${program}.new`, program);
  };
  const [first] = await workers();
  install(`${whole}\n// another build\n`);
  process.kill(first?.pid ?? 0, 'SIGKILL');
  await eventually('the new worker is refused', () =>
    site.gateway.stdout.includes('a worker has another version than this process and is not used'),
  );
  expect((await fetch(`${site.gatewayUrl}/readyz`)).status).toBe(503);
  install(whole);
  await eventually(
    'a worker of the same build is used',
    async () => (await fetch(`${site.gatewayUrl}/readyz`)).status === 200,
  );
}, 60_000);
