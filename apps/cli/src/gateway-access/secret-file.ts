import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Runs `work` with a file descriptor from which `text` can be read. The file behind it is made in a folder of
 * our own with mode 0600 and has no name any more once `work` begins: nobody else can open it, and a crash
 * leaves nothing behind. (A pipe would not do: programs open /dev/fd/N anew, which sockets refuse.)
 */
export async function withSecretDescriptor<Result>(
  text: string,
  work: (descriptor: number) => Promise<Result>,
): Promise<Result> {
  const descriptor = unnamedFile(text);
  try {
    return await work(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function unnamedFile(text: string): number {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-'));
  try {
    const path = join(folder, 'header');
    const writer = openSync(path, 'wx', 0o600);
    try {
      writeSync(writer, text);
    } finally {
      closeSync(writer);
    }
    return openSync(path, 'r');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
