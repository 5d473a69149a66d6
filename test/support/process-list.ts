import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** The arguments of every process on this machine, as any local user can read them. */
export async function processList(): Promise<string> {
  const { stdout } = await promisify(execFile)('ps', ['-ww', '-eo', 'args'], { maxBuffer: 64 * 1024 ** 2 });
  return stdout;
}
