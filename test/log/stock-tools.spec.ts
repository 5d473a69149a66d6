import { copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseNote, parseVerifierKey, signaturesBy } from '@countersign/audit-log';
import { systemHashing } from '@countersign/persistence';
import { jest } from '@jest/globals';
import Database from 'better-sqlite3';
import { run } from '../../apps/cli/src/main.js';
import { Terminal } from '../../apps/cli/test/terminal.js';
import { openHost } from '../e2e/filled-database.js';
import { TestBroker } from '../e2e/harness.js';
import { runShell, shellBlocksOf } from '../e2e/shell-blocks.js';
import { makeGrant } from '../e2e/story.js';
import { filler } from '../factories/filler.js';
import { claim } from '../support/claim.js';
import { Customer } from '../support/customer.js';
import { eventually } from '../support/eventually.js';
import { MASTER_KEY } from '../support/migrated-database.js';
import { RunningWitness } from '../support/running-witness.js';
import { removeFolder, tempFolder } from '../support/temp-folder.js';
import { THIS_MACHINE } from '../support/this-machine.js';
import { GO, LiteWitness, tool } from './litewitness.js';

// Go compiles two hundred thousand lines of SQLite the first time.
jest.setTimeout(900_000);

describe('P10: our logs by programs that are not ours', () => {
  let broker: TestBroker;
  let folder: string;
  const text = async (path: string) => (await broker.call('approver', 'GET', path)).text;
  const vkey = async () => (await text('/log/acme/vkey')).trim();

  const append = (count: number) => {
    return broker.host.store.forTenant('acme', (unit) =>
      unit.log.appendAll(Array.from({ length: count }, () => filler())),
    );
  };

  const [program, leaf, old] = ['follow', 'leaf', 'old'].map((name) => () => join(folder, name)) as [
    () => string,
    () => string,
    () => string,
  ];
  /** Runs the Go program. `old`: the file of an earlier checkpoint; empty for none. */
  const follow = async (args: { index?: number; key?: string; old?: string } = {}) => {
    const { index = 300, key = await vkey(), old: earlier = old() } = args;
    const flags = [`${broker.url}/log/acme`, key, String(index), leaf()];
    const more = earlier === '' ? [] : [earlier];
    return tool(program(), [...flags, ...more], { CREDENTIAL: broker.keys.approver });
  };
  /** A verb of the operator, on the broker's database. */
  const host = (...argv: string[]) => {
    const env = {
      COUNTERSIGN_DATABASE_URL: broker.environment.databaseUrl,
      COUNTERSIGN_DATA_DIR: folder,
      COUNTERSIGN_MASTER_KEY: Buffer.from(MASTER_KEY).toString('base64'),
    };
    return run(argv, new Terminal(env, ''));
  };

  beforeAll(async () => {
    folder = await tempFolder('log');
    broker = await TestBroker.start({ outbound: THIS_MACHINE });
    await tool('go', ['build', '-o', program(), './test/log/follow'], GO);
    await append(700);
    await makeGrant(broker);
  });
  afterAll(async () => {
    await broker.close();
    await removeFolder(folder);
  });

  describe('Go’s sumdb/note and sumdb/tlog', () => {
    beforeAll(async () => {
      const [bytes = ''] = await broker.host.store.readForTenant('acme', (unit) =>
        unit.events.leaves(300, 301),
      );
      await writeFile(leaf(), bytes);
      await writeFile(old(), await text('/log/acme/checkpoint'));
      await makeGrant(broker);
    });
    test('verify a checkpoint, an inclusion and a consistency, read over HTTP', async () => {
      const { stdout } = await follow();
      expect(stdout).toMatch(/^leaf 300 is in the log of \d+ leaves\nit continues the log of \d+ leaves\n$/);
    });

    test('the commands under “With stock tools” in docs/log.md build the program and follow the log, as they are written', async () => {
      const clone = join(folder, 'clone');
      await mkdir(join(clone, 'our-log'), { recursive: true });
      await writeFile(join(clone, 'our-log/vkey'), `${await vkey()}\n`);
      await copyFile(old(), join(clone, 'our-log/checkpoint'));
      await copyFile(leaf(), join(clone, 'leaf-300.json'));
      const [block] = shellBlocksOf('docs/log.md').filter(({ heading }) => heading === 'With stock tools');
      const commands = (block?.text ?? '').replace('https://BROKER', broker.url);
      const { stdout } = await runShell(commands, clone, {
        ...{ GOCACHE: GO.GOCACHE, GOFLAGS: GO.GOFLAGS },
        COUNTERSIGN_API_KEY: broker.keys.approver,
      });
      expect(stdout).toMatch(/^leaf 300 is in the log of \d+ leaves\nit continues the log of \d+ leaves\n$/);
    });

    test('refuse another key, another place and a forked earlier checkpoint', async () => {
      const foreign = (await broker.call('foreignApprover', 'GET', '/log/globex/vkey')).text.trim();
      await expect(follow({ key: foreign })).rejects.toThrow(/note has no verifiable signatures/);
      await expect(follow({ index: 301 })).rejects.toThrow(/invalid/);
      const forked = join(folder, 'forked');
      const checkpoint = await text('/log/acme/checkpoint');
      // Changes the first character of the root hash. One fixed character would be the true one, one time in 64.
      await writeFile(
        forked,
        checkpoint.replace(/(?<=^.*\n\d+\n)./, (first) => (first === 'A' ? 'B' : 'A')),
      );
      await expect(follow({ old: forked })).rejects.toThrow(/invalid|verifiable/);
    });
  });

  describe('litewitness', () => {
    let witness: LiteWitness;
    beforeAll(async () => {
      witness = await LiteWitness.start(folder);
    });
    afterAll(() => witness.stop());

    const isSigned = async () => {
      const note = parseNote(await text('/log/acme/checkpoint'));
      return signaturesBy(note, parseVerifierKey(systemHashing, witness.vkey)).length > 0;
    };
    /** What the broker says of this witness to the customer. */
    const state = async () => {
      const answer = await broker.call('approver', 'GET', '/api/v1/tenants/acme/witnesses');
      return (answer.body as { items: { error: string | null }[] }).items[0];
    };

    test('signs our checkpoints', async () => {
      const key = await vkey();
      await witness.addLog(key.split('+')[0] ?? '');
      await witness.addKey(key);
      const people = [
        await Customer.of(broker, 'tenantAdmin'),
        await Customer.of(broker, 'approver'),
      ] as const;
      await claim(people, { approvals: 1, witnesses: [`${witness.vkey} ${witness.url}`] });
      await eventually('its cosignature', isSigned);
      await append(1);
      await eventually('its next cosignature', isSigned);
    });

    test('signs on after keys rotate-log, and once the old key has ended as soon as it has the new one', async () => {
      const before = await vkey();
      expect(await host('keys', 'rotate-log', '--overlap', 'PT1H')).toBe(0);
      const after = await eventually('the new key', async () => {
        const key = await vkey();
        return key === before ? undefined : key;
      });
      await append(1);
      await eventually('its cosignature beside both keys', isSigned);
      const older = join(folder, 'older');
      await writeFile(older, await text('/log/acme/checkpoint'));
      for (const key of [before, after])
        expect((await follow({ key, old: older })).stdout).toContain('it continues the log');

      broker.clock.advance(2 * 3_600);
      await append(1);
      // Go's program refuses the old key now, and follows with the new one from a checkpoint that both had signed.
      await expect(follow({ key: before })).rejects.toThrow(/note has no verifiable signatures/);
      expect((await follow({ key: after, old: older })).stdout).toContain('it continues the log');
      await eventually('the refusal', async () => (await state())?.error === 'witness_answered_403');
      await witness.addKey(after);
      await append(1);
      await eventually('its cosignature beside the new key', isSigned);
      expect((await state())?.error).toBeNull();
    });

    test('signs on after a restore, once it has the log’s new origin; Go reads the new epoch’s tiles', async () => {
      const [file, backup] = [broker.environment.databaseUrl.replace(/^sqlite:/, ''), join(folder, 'backup')];
      const database = new Database(file);
      database.prepare('VACUUM INTO ?').run(backup);
      database.close();
      await append(20);
      await eventually('the last cosignature of the epoch', isSigned);
      const last = join(folder, 'last-of-epoch');
      await writeFile(last, await text('/log/acme/checkpoint'));
      const before = await vkey();

      await broker.broker.close();
      await broker.host.store.close();
      for (const ending of ['', '-wal', '-shm']) await rm(`${file}${ending}`, { force: true });
      await rename(backup, file);
      expect(await host('restore', '--checkpoint', last)).toBe(0);
      broker.host = await openHost(broker.environment.databaseUrl, broker.clock);
      await broker.run();

      const key = await vkey();
      const [origin = ''] = key.split('+');
      expect(origin).toBe(`${before.split('+')[0]}/2`);
      // A leaf from before the restore, in the tiles of the new epoch.
      expect((await follow({ old: '' })).stdout).toMatch(/^leaf 300 is in the log of/);
      await expect(follow({ key: before, old: '' })).rejects.toThrow(/note has no verifiable signatures/);
      const first = join(folder, 'first-of-epoch');
      await writeFile(first, await text('/log/acme/checkpoint'));
      await append(300);
      expect((await follow({ old: first })).stdout).toContain('it continues the log');

      expect(await eventually('the refusal', async () => (await state())?.error)).toBe(
        'witness_answered_403',
      );
      await witness.addLog(origin);
      await witness.addKey(key);
      await append(1);
      await eventually('its cosignature under the new origin', isSigned);
      expect((await state())?.error).toBeNull();
    });
  });

  test('our witness signs a log that another writer made', async () => {
    const lines = await tool('go', ['run', './test/log/writer'], GO);
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
