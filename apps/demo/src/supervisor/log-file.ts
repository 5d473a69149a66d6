import { createWriteStream, existsSync, renameSync, statSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';

const MAX_BYTES = 20 * 1024 * 1024;

/** Opens `logs/NAME.log` to add to it. A long one is set aside first, in place of the one set aside before. */
export function openLogFile(dataDir: string, name: string): WriteStream {
  const path = join(dataDir, 'logs', `${name}.log`);
  if (existsSync(path) && statSync(path).size > MAX_BYTES) renameSync(path, `${path}.1`);
  return createWriteStream(path, { flags: 'a', mode: 0o600 });
}
