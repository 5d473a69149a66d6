import { constants, type FileHandle, open } from 'node:fs/promises';

/**
 * Opens a plain file of at most so many bytes. Looks at its size before any of it is read, so that a file that grew out of
 * all measure, or is none (a device, a pipe), costs neither memory nor time. Throws the file system's error too.
 */
export async function openAtMost(
  path: string,
  maxBytes: number,
): Promise<{ file: FileHandle; size: number }> {
  // Without waiting: to open a pipe would last until somebody writes into it.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = await file.stat();
    if (!found.isFile()) throw new Error('is no plain file');
    if (found.size > maxBytes) throw new Error(`is larger than ${maxBytes} bytes`);
    return { file, size: found.size };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The text of a plain file of at most so many bytes. Throws as `openAtMost` does. */
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
