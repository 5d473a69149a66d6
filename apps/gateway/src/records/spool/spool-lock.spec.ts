/** @soak */

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { isFullRun } from '../../../../../test/support/samples.js';
import { lockSpool } from './spool-lock.js';

/** Processes that are killed in a test of several. */
const ROUNDS = isFullRun() ? 5 : 2;

/** A socket at this path whose process was killed. */
async function bindAndDie(path: string): Promise<void> {
  const code = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  await once(spawn(process.execPath, ['-e', code]), 'exit');
}

describe('P5: a spool folder has one writer', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lock-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const inUse = { code: 'spool_in_use' };
  /** As a killed process with the id of this one leaves it: in containers process ids repeat. */
  const killed = async () => {
    await bindAndDie(join(folder, 'lock.sock'));
    await writeFile(join(folder, 'lock'), String(process.pid));
  };

  test('whatever the process id of the other; after it releases the folder, the next may take it', async () => {
    const unlock = await lockSpool(folder);
    await expect(lockSpool(folder)).rejects.toMatchObject(inUse);
    await unlock();
    expect(await readdir(folder)).toEqual([]);
    await (await lockSpool(folder))();
  });

  test('even if many start at once after one was killed', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      await killed();
      const tried = await Promise.allSettled(Array.from({ length: 8 }, () => lockSpool(folder)));
      const taken = tried.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      expect(taken).toHaveLength(1);
      for (const each of tried) if (each.status === 'rejected') expect(each.reason).toMatchObject(inUse);
      await taken[0]?.();
      expect(await readdir(folder)).toEqual([]);
    }
  }, 30_000);

  test('even if its path is longer than a socket path may be', async () => {
    folder = join(folder, 'x'.repeat(120));
    await mkdir(folder);
    const unlock = await lockSpool(folder);
    await expect(lockSpool(folder)).rejects.toMatchObject(inUse);
    await unlock();
    expect(await readdir(folder)).toEqual([]);
  });

  describe('what killed starts left behind', () => {
    const left = () => join(folder, `lock.sock.${randomUUID()}`);
    const pause = () => new Promise((resolve) => setTimeout(resolve, 1_200));

    test('is removed by the next start, and nothing else is', async () => {
      const [dead, other] = [left(), left()];
      await bindAndDie(dead);
      await killed();
      const alive = createServer().listen(other);
      await once(alive, 'listening');
      const strange = [`lock.sock.${randomUUID()}`, 'lock.sock.old'];
      for (const name of strange) await writeFile(join(folder, name), '');
      await pause();
      const unlock = await lockSpool(folder);
      const rest = [...strange, basename(other), 'lock', 'lock.sock'];
      expect((await readdir(folder)).sort()).toEqual(rest.sort());
      await unlock();
      alive.close();
    });

    test('is kept while it is so new that its process may be about to listen', async () => {
      const dead = left();
      await bindAndDie(dead);
      const unlock = await lockSpool(folder);
      expect(await readdir(folder)).toContain(basename(dead));
      await unlock();
    });

    test('does not block many starts at once: one of them gets the folder', async () => {
      for (let count = 0; count < ROUNDS; count += 1) await bindAndDie(left());
      await killed();
      await pause();
      const tried = await Promise.allSettled(Array.from({ length: 8 }, () => lockSpool(folder)));
      const taken = tried.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      expect(taken).toHaveLength(1);
      for (const each of tried) if (each.status === 'rejected') expect(each.reason).toMatchObject(inUse);
      expect((await readdir(folder)).sort()).toEqual(['lock', 'lock.sock']);
      await taken[0]?.();
    });
  });
});
