import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TestBroker } from '../e2e/harness.js';
import { root } from '../support/root.js';
import { removeFolder, tempFolder } from '../support/temp-folder.js';

const start = promisify(execFile);

let folder: string;
let broker: TestBroker;
let env: Record<string, string>;

/** Runs a program with a home of its own. @returns its stdout */
const run = async (program: string, ...args: string[]): Promise<string> =>
  (await start(program, args, { env, cwd: folder, maxBuffer: 16 * 1024 * 1024 })).stdout;
/** The installed command, found on the PATH as in a person's shell. */
const countersign = (...args: string[]) => run('countersign', ...args);

beforeAll(async () => {
  folder = await tempFolder('package');
  broker = await TestBroker.start();
  const prefix = join(folder, 'prefix');
  env = {
    PATH: `${join(prefix, 'bin')}:${process.env['PATH'] ?? ''}`,
    HOME: folder,
    // Nothing is in it: whatever the package depended on would be missing.
    npm_config_cache: join(folder, 'npm-cache'),
    COUNTERSIGN_BROKER_URL: broker.url,
    COUNTERSIGN_API_KEY: broker.keys.engineer,
  };
  const file = (await run(process.execPath, join(root, 'bin/package.mjs'), folder)).trim();
  await run('npm', 'install', '--global', '--prefix', prefix, '--offline', '--no-audit', '--no-fund', file);
}, 180_000);
afterAll(async () => {
  await broker.close();
  await removeFolder(folder);
});

test('`npm install --global` of the packed file, without a network, installs the command', async () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  expect(await countersign('--version')).toBe(`${version}\n`);
  const help = await countersign('--help');
  expect(help).toMatch(/^ {2}request \[options\] /m);
  expect(help).not.toMatch(/^ {2}(?:keys|broker) /m);
  expect(await countersign('help', 'request')).toContain('--scope <resource:actions...>');
});

test('it prints a completion script that bash accepts', async () => {
  const script = await countersign('completion', 'bash');
  const words = `${script}\nCOMP_WORDS=(countersign log ver) COMP_CWORD=2 COMP_LINE='countersign log ver'\n_countersign\necho "\${COMPREPLY[@]}"`;
  expect(await run('bash', '-c', words)).toBe('verify\n');
});

test('it requests access at a broker, and shows the newest request', async () => {
  const { engineer } = broker.persons;
  expect(JSON.parse(await countersign('whoami', '--json'))).toMatchObject({ person: engineer });
  const words = ['--scope', 'invoices/*:read', '--for', '30m', '--reason', 'Case 4711: wrong total'];
  const asked = JSON.parse(await countersign('request', 'acme', 'billing', ...words, '--json')) as {
    id: string;
  };
  expect(await countersign('show', '@last')).toContain(`request     ${asked.id}`);
});

test('a verb of the host is refused, and the refusal names the command to run there', async () => {
  await expect(countersign('keys', 'create', '--principal', 'erin@vendor.example')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^error\[only_on_host\]: .*: npx countersign keys\n$/),
  });
});

test('it runs for a user who has no home, as in a container with any user id', async () => {
  const none =
    'import os from "node:os"; import { syncBuiltinESMExports } from "node:module"; os.homedir = () => { throw new Error("no home"); }; syncBuiltinESMExports();';
  const program = join(folder, 'prefix/lib/node_modules/countersign/bin/countersign.mjs');
  const preload = `--import=data:text/javascript,${encodeURIComponent(none)}`;
  const whoami = JSON.parse(await run(process.execPath, preload, program, 'whoami', '--json'));
  expect(whoami).toMatchObject({ person: broker.persons.engineer });
});
