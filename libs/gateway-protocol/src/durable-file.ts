import { randomUUID } from 'node:crypto';
import { constants, type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Replaces a file. After a crash it has either the whole old content or the whole new content: temporary file, fsync,
 * rename, fsync of the folder. `mode` is the new file's. On failure it throws the file system's error and the old file is
 * unchanged.
 */
export async function writeFileDurably(
  path: string,
  content: string | Uint8Array,
  mode = 0o600,
): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Makes the names in a folder durable. Without it, a crash may undo the creation or removal of a file. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Opens a regular file of at most `maxBytes`. It checks size and kind before it reads anything, so that a huge file, a
 * device or a pipe costs neither memory nor time. Throws the file system's error too. The caller closes the file.
 */
export async function openAtMost(
  path: string,
  maxBytes: number,
): Promise<{ file: FileHandle; size: number }> {
  // Non-blocking: opening a pipe would wait for a writer.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = await file.stat();
    if (!found.isFile()) throw new Error('is not a regular file');
    if (found.size > maxBytes) throw new Error(`is larger than ${maxBytes} bytes`);
    return { file, size: found.size };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The text of a regular file of at most `maxBytes`. Throws as `openAtMost` does. */
export async function readAtMost(path: string, maxBytes: number): Promise<string> {
  const { file, size } = await openAtMost(path, maxBytes);
  try {
    return await readBytes(file, size);
  } finally {
    await file.close();
  }
}

async function readBytes(file: FileHandle, size: number): Promise<string> {
  const bytes = Buffer.alloc(size);
  let read = 0;
  while (read < size) {
    const { bytesRead } = await file.read(bytes, read, size - read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return bytes.toString('utf8', 0, read);
}
