import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NodeSpoolDisk } from './spool-disk.js';

/** Puts the device that is always full (full(4)) in the place of the open file. */
function fillUp(path: string): void {
  const fd = descriptorOf(path);
  closeSync(fd);
  // The kernel gives the lowest free number, which may be another one at first.
  const others: number[] = [];
  for (let opened = openSync('/dev/full', 'w'); opened !== fd; opened = openSync('/dev/full', 'w'))
    others.push(opened);
  for (const other of others) closeSync(other);
}

/** Under which number this process has the file open. */
function descriptorOf(path: string): number {
  const found = readdirSync('/proc/self/fd').find((each) => {
    try {
      return readlinkSync(`/proc/self/fd/${each}`) === path;
    } catch {
      // It was open only while the folder was read.
      return false;
    }
  });
  return Number(found);
}

/** The flags with which this process has the file open, as the kernel has them (proc_pid_fdinfo(5)). */
function flagsOf(path: string): number {
  const fd = descriptorOf(path);
  const [, flags = ''] = /^flags:\s+([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')) ?? [];
  return Number.parseInt(flags, 8);
}

test('P5: on Linux the kernel makes each write to a segment durable before it returns (O_DSYNC)', async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'spool-disk-')));
  const file = await new NodeSpoolDisk(folder).create(1);
  try {
    await file.append(Buffer.from('{}\n'));
    const durable = constants.O_APPEND | constants.O_DSYNC;
    if (process.platform === 'linux')
      expect(flagsOf(join(folder, '000000000001.spool')) & durable).toBe(durable);
  } finally {
    await file.close();
    rmSync(folder, { recursive: true });
  }
});

test('P5: a write that the disk refused is not taken as durable', async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'spool-disk-')));
  const file = await new NodeSpoolDisk(folder).create(1);
  try {
    await file.append(Buffer.from('{}\n'));
    if (process.platform !== 'linux') return;
    fillUp(join(folder, '000000000001.spool'));
    await expect(file.append(Buffer.from('{}\n'))).rejects.toMatchObject({ code: 'ENOSPC' });
  } finally {
    await file.close();
    rmSync(folder, { recursive: true });
  }
});

test('keeps room in a file of its own, which is no segment, and gives it up once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spool-disk-'));
  const disk = new NodeSpoolDisk(folder);
  const size = () => statSync(join(folder, 'reserve'));
  try {
    await disk.keepReserve(10_000);
    expect([size().size, size().mode & 0o777]).toEqual([10_000, 0o600]);
    const { mtimeNs } = statSync(join(folder, 'reserve'), { bigint: true });
    // Enough is enough.
    await disk.keepReserve(9_000);
    expect(statSync(join(folder, 'reserve'), { bigint: true }).mtimeNs).toBe(mtimeNs);
    await disk.keepReserve(20_000);
    expect([size().size, await disk.segments()]).toEqual([20_000, []]);
    expect([await disk.useReserve(), await disk.useReserve()]).toEqual([true, false]);
    expect(readdirSync(folder)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
  // Without a folder there is no room, and no error.
  await disk.keepReserve(1);
  expect(await disk.useReserve()).toBe(false);
});
