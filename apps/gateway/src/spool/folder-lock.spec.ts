import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockFolder } from './folder-lock.js';

describe('P5: a spool’s folder has one writer', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lock-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const inUse = { code: 'spool_in_use' };
  /** As a process that was killed leaves it, which had the id that this one has: so it is with containers. */
  const killed = async () => {
    const code = `require('node:net').createServer().listen(${JSON.stringify(join(folder, 'lock.sock'))}, () => process.kill(process.pid, 'SIGKILL'))`;
    await once(spawn(process.execPath, ['-e', code]), 'exit');
    await writeFile(join(folder, 'lock'), String(process.pid));
  };

  test('whatever process id the other has; when it has let go, the next may', async () => {
    const unlock = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toMatchObject(inUse);
    await unlock();
    expect(await readdir(folder)).toEqual([]);
    await (await lockFolder(folder))();
  });

  test('of many that start at once after one was killed', async () => {
    for (let round = 0; round < 5; round += 1) {
      await killed();
      const tried = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)));
      const taken = tried.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      expect(taken).toHaveLength(1);
      for (const each of tried) if (each.status === 'rejected') expect(each.reason).toMatchObject(inUse);
      await taken[0]?.();
      expect(await readdir(folder)).toEqual([]);
    }
  }, 30_000);

  test('also where its path is longer than that of a socket may be', async () => {
    folder = join(folder, 'x'.repeat(120));
    await mkdir(folder);
    const unlock = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toMatchObject(inUse);
    await unlock();
    expect(await readdir(folder)).toEqual([]);
  });
});
