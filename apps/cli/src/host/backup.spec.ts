import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Deps, endBrokerLease, noteParted, takeBrokerLease } from '@countersign/access';
import {
  isCopyOfRunning,
  openStore,
  systemClock,
  systemHashing,
  systemRandomness,
  uuidV7Ids,
} from '@countersign/persistence';
import { filler } from '../../../../test/factories/filler.js';
import { specFolder } from '../../../../test/support/spec-folder.js';
import { Terminal } from '../../test/terminal.js';
import { run } from '../main.js';

const MASTER_KEY = new Uint8Array(32).fill(3);
const LEAVES = 200;

/** A database on which a broker runs: its newest leaves are in the write-ahead log. */
class Running {
  private constructor(
    readonly folder: string,
    readonly deps: Deps,
    readonly stop: () => Promise<void>,
  ) {}

  static async start(): Promise<Running> {
    const folder = join(specFolder(), 'data');
    expect(await cli(folder, 'migrate')).toMatchObject({ exit: 0 });
    const system = { clock: systemClock, ids: uuidV7Ids, random: systemRandomness, hashing: systemHashing };
    const store = await openStore({ url: urlIn(folder), masterKey: MASTER_KEY, ...system });
    const deps = { store, ...system };
    const { lease } = await takeBrokerLease(deps);
    // As on a broker that has run for a while: the file itself has the lease.
    expect(await store.scrubDeleted()).toBe(true);
    for (let leaf = 0; leaf < LEAVES; leaf += 1)
      await store.forTenant('acme', ({ log }) => log.append(filler()));
    const stop = async () => {
      await endBrokerLease(deps, lease);
      await store.close();
    };
    return new Running(folder, deps, stop);
  }
}

const urlIn = (folder: string) => `sqlite:${join(folder, 'countersign.db')}`;

async function cli(folder: string, ...argv: string[]) {
  const terminal = new Terminal(
    {
      COUNTERSIGN_DATA_DIR: folder,
      COUNTERSIGN_MASTER_KEY: Buffer.from(MASTER_KEY).toString('base64'),
      ...{ COUNTERSIGN_PORT: '0', COUNTERSIGN_GATEWAY_PORT: '0', PATH: process.env['PATH'] ?? '' },
    },
    '',
  );
  const exit = await run([...argv, '--json'], terminal);
  return { exit, document: terminal.out === '' ? {} : JSON.parse(terminal.out), stderr: terminal.err };
}

/** A data folder whose database is this file. */
function putBack(file: string): string {
  const folder = join(specFolder(), 'data');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  copyFileSync(file, join(folder, 'countersign.db'));
  return folder;
}

async function leavesIn(folder: string): Promise<number> {
  const system = { ids: uuidV7Ids, random: systemRandomness, hashing: systemHashing };
  const store = await openStore({ url: urlIn(folder), masterKey: MASTER_KEY, ...system });
  const { size } = await store.readForTenant('acme', ({ events }) => events.head());
  await store.close();
  return size;
}

const finding = async (folder: string, name: string) => {
  const { document } = await cli(folder, 'doctor');
  return document.checks.find((check: { name: string }) => check.name === name);
};

describe('backup', () => {
  test('has everything up to one moment while a broker writes; a plain copy of the file lacks the newest', async () => {
    const { folder, deps, stop } = await Running.start();
    const file = join(folder, 'backup.db');
    let isWriting = true;
    let written = LEAVES;
    const writing = (async () => {
      for (; isWriting; written += 1) await deps.store.forTenant('acme', ({ log }) => log.append(filler()));
    })();
    const backup = await cli(folder, 'backup', file);
    isWriting = false;
    await writing;
    expect(backup).toMatchObject({
      exit: 0,
      document: { engine: 'sqlite', file, bytes: statSync(file).size },
    });
    expect(statSync(file).mode & 0o077).toBe(0);
    const plain = putBack(join(folder, 'countersign.db'));
    await stop();

    const leaves = await leavesIn(putBack(file));
    expect(leaves).toBeGreaterThanOrEqual(LEAVES);
    expect(leaves).toBeLessThanOrEqual(written);
    expect(await leavesIn(plain)).toBeLessThan(LEAVES);
  });

  test('replaces no file, but what an interrupted run has left; one that fails leaves nothing', async () => {
    const { folder, stop } = await Running.start();
    await stop();
    const file = join(folder, 'backup.db');
    writeFileSync(`${file}.part`, 'half of a backup');
    expect(await cli(folder, 'backup', file)).toMatchObject({ exit: 0 });
    expect(await cli(folder, 'backup', file)).toMatchObject({ exit: 1, document: { code: 'file_exists' } });
    renameSync(join(folder, 'countersign.db'), join(folder, 'gone.db'));
    expect(await cli(folder, 'backup', join(folder, 'other.db'))).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('error[database_missing]'),
    });
    expect(readdirSync(folder).filter((name) => /other|part/.test(name))).toEqual([]);
    expect(await cli(folder, 'backup', join(folder, 'no', 'folder.db'))).toMatchObject({ exit: 2 });
  });
});

describe('a database file that was copied while a broker ran', () => {
  test('is recognised, by `doctor` too, until countersign restore', async () => {
    const { folder, stop } = await Running.start();
    const file = join(folder, 'backup.db');
    await cli(folder, 'backup', file);
    const copies = [putBack(join(folder, 'countersign.db')), putBack(file)];
    expect(await isCopyOfRunning(urlIn(folder))).toBe(false);
    await stop();
    for (const copy of copies) {
      // Looking at it changes nothing.
      for (let look = 0; look < 2; look += 1)
        expect(await finding(copy, 'database file')).toMatchObject({
          status: 'warning',
          mend: expect.stringContaining('countersign backup'),
        });
      // In practice the leases of the backup have expired by then.
      expect(await cli(copy, 'restore')).toMatchObject({ exit: 0 });
    }
  });

  test('is none: one whose broker has stopped, or was killed, whoever has opened it since', async () => {
    const stopped = await Running.start();
    await stopped.stop();
    expect(await isCopyOfRunning(urlIn(stopped.folder))).toBe(false);
    expect(existsSync(join(stopped.folder, 'countersign.db-wal'))).toBe(false);

    const killed = await Running.start();
    // What a kill leaves: the file with its write-ahead log.
    const left = putBack(join(killed.folder, 'countersign.db'));
    copyFileSync(join(killed.folder, 'countersign.db-wal'), join(left, 'countersign.db-wal'));
    await killed.stop();
    for (let look = 0; look < 2; look += 1) {
      expect(await finding(left, 'database file')).toBeUndefined();
      expect(await cli(left, 'keys', 'list')).toMatchObject({ exit: 0 });
      expect(await isCopyOfRunning(urlIn(left))).toBe(false);
    }
    expect(await leavesIn(left)).toBe(LEAVES);
  });
});

test('`doctor` says to run restore once a broker has refused gateways', async () => {
  const { folder, deps, stop } = await Running.start();
  expect(await finding(folder, 'database history')).toBeUndefined();
  await noteParted(deps);
  expect(await finding(folder, 'database history')).toMatchObject({
    status: 'failed',
    mend: 'countersign restore',
  });
  await cli(folder, 'restore');
  expect(await finding(folder, 'database history')).toBeUndefined();
  await stop();
});
