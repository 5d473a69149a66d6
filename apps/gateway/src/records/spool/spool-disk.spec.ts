import {
  constants,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NodeSpoolDisk } from './spool-disk.js';

/** The flags with which this process has the file open, as the kernel has them (proc_pid_fdinfo(5)). */
function flagsOf(path: string): number {
  const fd = readdirSync('/proc/self/fd').find((each) => {
    try {
      return readlinkSync(`/proc/self/fd/${each}`) === path;
    } catch {
      // It was open only while the folder was read.
      return false;
    }
  });
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
