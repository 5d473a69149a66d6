import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseNote, parseVerifierKey, signaturesBy } from '@countersign/audit-log';
import { systemHashing } from '@countersign/persistence';
import { jest } from '@jest/globals';
import { TestBroker } from '../e2e/harness.js';
import { makeGrant } from '../e2e/story.js';
import { claim } from '../support/claim.js';
import { Customer } from '../support/customer.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { RunningWitness } from '../support/running-witness.js';
import { removeFolder, tempFolder } from '../support/temp-folder.js';

const run = promisify(execFile);

/** Runs a program that must be there. @throws Error that names it where it is missing */
async function tool(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  try {
    return await run(program, args, { env: { ...process.env, ...env } });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error(`${program} is missing: apt-get install litetlog golang golang-golang-x-mod-dev`);
  }
}

const GOCACHE = join(process.cwd(), 'node_modules/.cache/go-build');
const GO = { GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOFLAGS: '-buildvcs=false' };

/**
 * litewitness from the sources in Debian's package. The program in the package cannot keep a checkpoint: it is built on
 * a fork of its SQLite library that takes a hash for bytes where litewitness gives text, and it is built without a
 * go.mod, so that Go reads its routes as those of an older version. One word is changed for the build.
 */
async function buildLitewitness(folder: string): Promise<string> {
  const source = `${GO.GOPATH}/src/github.com/go-llsqlite/crawshaw/sqlitex/exec.go`;
  const [changed, overlay, program] = ['exec.go', 'overlay.json', 'litewitness'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  const code = await readFile(source, 'utf8').catch(() => {
    throw new Error(
      'litewitness is missing: apt-get install litetlog golang-github-filosottile-litetlog-dev',
    );
  });
  await writeFile(changed, code.replace('case reflect.Slice, reflect.Array:', 'case reflect.Slice:'));
  await writeFile(overlay, JSON.stringify({ Replace: { [source]: changed } }));
  const flags = ['-overlay', overlay, '-o', program];
  await tool('go', ['build', ...flags, 'filippo.io/litetlog/cmd/litewitness'], { ...GO, GOCACHE });
  return program;
}

// Go compiles two hundred thousand lines of SQLite the first time.
jest.setTimeout(900_000);

describe('P10: our logs by programs that are not ours', () => {
  let broker: TestBroker;
  let folder: string;
  const text = async (path: string) => (await broker.call('approver', 'GET', path)).text;
  const vkey = async () => (await text('/log/acme/vkey')).trim();

  const append = (count: number) => {
    const event = { type: 'notice.retried' as const, at: '2026-01-01T00:00:00Z', actor: 'job', data: {} };
    return broker.host.store.forTenant('acme', (unit) =>
      unit.log.appendAll(Array.from({ length: count }, () => event)),
    );
  };

  beforeAll(async () => {
    folder = await tempFolder('log');
    broker = await TestBroker.start({ settings: { outboundPrivate: true } });
    await append(700);
    await makeGrant(broker);
  });
  afterAll(async () => {
    await broker.close();
    await removeFolder(folder);
  });

  describe('Go’s sumdb/note and sumdb/tlog', () => {
    const program = () => join(folder, 'follow');
    let leaf: string;
    let old: string;
    beforeAll(async () => {
      await tool('go', ['build', '-o', program(), './test/log/follow'], {
        ...GO,
        GOCACHE,
      });
      [leaf, old] = [join(folder, 'leaf'), join(folder, 'old')];
      const [bytes = ''] = await broker.host.store.readForTenant('acme', (unit) =>
        unit.events.leaves(300, 301),
      );
      await writeFile(leaf, bytes);
      await writeFile(old, await text('/log/acme/checkpoint'));
      await makeGrant(broker);
    });
    const follow = async (args: { index?: number; key?: string; old?: string } = {}) =>
      tool(
        program(),
        [
          `${broker.url}/log/acme`,
          args.key ?? (await vkey()),
          String(args.index ?? 300),
          leaf,
          args.old ?? old,
        ],
        { CREDENTIAL: broker.keys.approver },
      );

    test('verify a checkpoint, an inclusion and a consistency, read over HTTP', async () => {
      const { stdout } = await follow();
      expect(stdout).toMatch(/^leaf 300 is in the log of \d+ leaves\nit continues the log of \d+ leaves\n$/);
    });

    test('refuse another key, another place and a forked earlier checkpoint', async () => {
      const foreign = (await broker.call('foreignApprover', 'GET', '/log/globex/vkey')).text.trim();
      await expect(follow({ key: foreign })).rejects.toThrow(/note has no verifiable signatures/);
      await expect(follow({ index: 301 })).rejects.toThrow(/invalid/);
      const forked = join(folder, 'forked');
      await writeFile(forked, (await text('/log/acme/checkpoint')).replace(/^(.*\n\d+\n)./, '$1A'));
      await expect(follow({ old: forked })).rejects.toThrow(/invalid|verifiable/);
    });
  });

  test('litewitness signs our checkpoints', async () => {
    const program = await buildLitewitness(folder);
    const port = await freePort();
    const socket = join(folder, 'agent.sock');
    const key = join(folder, 'witness-key');
    await tool('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    await eventually('an agent', async () =>
      tool('ssh-add', [key], { SSH_AUTH_SOCK: socket }).then(
        () => true,
        () => false,
      ),
    );
    const { stdout } = await tool('ssh-keygen', ['-lf', `${key}.pub`]);
    const fingerprint = stdout.split(' ')[1] ?? '';
    const database = join(folder, 'witness.db');
    const logKey = await vkey();
    const [origin = ''] = logKey.split('+');
    const name = 'witness.example/lite';
    const args = [
      '-db',
      database,
      '-name',
      name,
      '-key',
      fingerprint,
      '-ssh-agent',
      socket,
      '-listen',
      `127.0.0.1:${port}`,
    ];
    await tool('witnessctl', ['add-log', '-db', database, '-origin', origin]);
    await tool('witnessctl', ['add-key', '-db', database, '-origin', origin, '-key', logKey]);
    const witness = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, GODEBUG: 'httpmuxgo121=0' },
    });
    let said = '';
    for (const stream of [witness.stdout, witness.stderr])
      stream.on('data', (data) => {
        said += String(data);
      });
    try {
      const url = `http://127.0.0.1:${port}`;
      const [, witnessKey = ''] = await eventually('litewitness', () =>
        /vkey=(\S+)[\s\S]*msg=listening/.exec(said),
      );
      const people = [
        await Customer.of(broker, 'tenantAdmin'),
        await Customer.of(broker, 'approver'),
      ] as const;
      await claim(people, { approvals: 1, witnesses: [`${witnessKey} ${url}`] });
      const isSigned = async () => {
        const note = parseNote(await text('/log/acme/checkpoint'));
        return signaturesBy(note, parseVerifierKey(systemHashing, witnessKey)).length > 0;
      };
      await eventually('its cosignature', isSigned);
      await append(1);
      await eventually('its next cosignature', isSigned);
    } finally {
      for (const child of [witness, agent]) {
        child.kill();
        await once(child, 'exit');
      }
    }
  });

  test('our witness signs a log that another writer made', async () => {
    const lines = await tool('go', ['run', './test/log/writer'], {
      ...GO,
      GOCACHE,
    });
    const written = JSON.parse(lines.stdout) as { vkey: string; requests: string[]; fork: string };
    const place = join(folder, 'our-witness');
    await mkdir(place);
    const witness = await RunningWitness.start(place, 'witness.example/ours', [written.vkey]);
    const send = async (body: string) =>
      (await fetch(`${witness.url}/add-checkpoint`, { method: 'POST', body })).status;
    expect(await Promise.all([send(written.requests[0] ?? '')])).toEqual([200]);
    expect(await send(written.requests[1] ?? '')).toBe(200);
    expect(await send(written.fork)).toBe(422);
    await witness.stop();
  });
});
