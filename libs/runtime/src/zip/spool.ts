import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Bytes that are kept in memory before the file is used. */
const MAX_IN_MEMORY = 262_144;
/** Bytes that are read at once. */
const PIECE = 262_144;

/**
 * Keeps bytes that are written first and read later: a few in memory, more in a file that has no name. No one else can open that
 * file, and the system deletes it when it is closed or the process ends.
 */
export class Spool {
  #pieces: Buffer[] = [];
  #held = 0;
  #file: FileHandle | undefined;
  #written = 0;

  /** Adds bytes at the end. The caller must not read until the last one is added. */
  async append(bytes: Uint8Array): Promise<void> {
    this.#pieces.push(Buffer.from(bytes));
    this.#held += bytes.length;
    if (this.#held > MAX_IN_MEMORY) await this.spill();
  }

  /** All bytes from the beginning. */
  async *read(): AsyncGenerator<Buffer> {
    const file = this.#file;
    for (let at = 0; file !== undefined && at < this.#written; at += PIECE) {
      const piece = Buffer.alloc(Math.min(PIECE, this.#written - at));
      const { bytesRead } = await file.read(piece, 0, piece.length, at);
      if (bytesRead !== piece.length) throw new Error('a temporary file is shorter than it was');
      yield piece;
    }
    yield* this.#pieces;
  }

  /** Deletes the bytes. */
  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
    this.#pieces = [];
  }

  private async spill(): Promise<void> {
    this.#file ??= await openUnlinkedFile();
    const bytes = Buffer.concat(this.#pieces);
    await this.#file.appendFile(bytes);
    this.#written += bytes.length;
    this.#pieces = [];
    this.#held = 0;
  }
}

async function openUnlinkedFile(): Promise<FileHandle> {
  const path = join(tmpdir(), `countersign-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  await unlink(path);
  return file;
}
