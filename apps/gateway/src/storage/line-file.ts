import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { openAtMost, writeFileDurably } from '@countersign/gateway-protocol';
import { FileUnreadable, isFileSystemError } from './file-unreadable.js';

/** Lines beyond what is still needed before the file is written anew. */
const SPARE_LINES = 10_000;
/** A million digests, and far more than people sign. */
const MAX_BYTES = 256 * 1024 * 1024;

/** What is in force takes more than may be kept: it must not be written, since it could not be read again. */
export class LineFileFull extends Error {
  override readonly name = 'LineFileFull';
  readonly code = 'file_full';
}

/**
 * A file of JSON lines that grows by what is new, durably, and is written anew when most of it is outdated or it comes to its
 * bound. The caller knows what is in force: a later line stands for an earlier one about the same thing.
 */
export class LineFile {
  private waiting: string[] = [];
  private flushing: Promise<void> | undefined;
  private written = 0;
  private bytes = 0;
  /** After a failed write nobody knows what the file's end is: then it is written anew, never appended to. */
  private endIsKnown = true;

  constructor(
    private readonly path: string,
    private readonly maxBytes = MAX_BYTES,
  ) {}

  /**
   * Hands over every line as unknown JSON; none where there is no file. A last line without its end was torn by a crash and
   * was never confirmed. Throws FileUnreadable for anything else that is no JSON or that `take` throws at, and for a file
   * beyond its bound, and the file system's error.
   */
  async read(take: (value: unknown) => void): Promise<void> {
    let line = 0;
    try {
      const { bytes, torn } = await readLinesOf(this.path, this.maxBytes, (text) => {
        line += 1;
        take(JSON.parse(text));
      });
      this.endIsKnown = torn === 0;
      this.written = line;
      this.bytes = bytes;
    } catch (error) {
      if (!isFileSystemError(error))
        throw new FileUnreadable(this.path, error, line === 0 ? undefined : line);
      if (error.code !== 'ENOENT') throw error;
    }
  }

  add(line: object): void {
    this.waiting.push(`${JSON.stringify(line)}\n`);
  }

  /**
   * Resolves when all lines that were added before are durable. `current` gives the lines that are in force, should
   * the file be written anew. Rejects with the file system's error; the next call tries everything again.
   */
  async flush(current: () => Iterable<object>): Promise<void> {
    while (this.flushing !== undefined) await this.flushing.catch(() => undefined);
    if (this.waiting.length === 0) return;
    this.flushing = this.write(current);
    try {
      await this.flushing;
    } finally {
      this.flushing = undefined;
    }
  }

  private async write(current: () => Iterable<object>): Promise<void> {
    const lines = this.waiting;
    this.waiting = [];
    const isFirst = this.written === 0;
    try {
      const text = lines.join('');
      const isFull = this.bytes + Buffer.byteLength(text) > this.maxBytes;
      if (isFirst || isFull || !this.endIsKnown || this.isOutgrown(current)) await this.rewrite(current);
      else await this.append(text, lines.length);
    } catch (error) {
      this.endIsKnown = false;
      this.waiting = [...lines, ...this.waiting];
      throw error;
    }
  }

  /** Looked at seldom: only once the file has grown by as much as is kept at least. */
  private isOutgrown(current: () => Iterable<object>): boolean {
    if (this.written < this.nextLook) return false;
    let needed = 0;
    for (const _ of current()) needed += 1;
    this.nextLook = 2 * needed + SPARE_LINES;
    return this.written > this.nextLook;
  }
  private nextLook = SPARE_LINES;

  private async rewrite(current: () => Iterable<object>): Promise<void> {
    const lines = [...current()].map((each) => `${JSON.stringify(each)}\n`);
    const text = lines.join('');
    const bytes = Buffer.byteLength(text);
    if (bytes > this.maxBytes) {
      const name = basename(this.path);
      throw new LineFileFull(`${name}: what is in force takes more than ${this.maxBytes} bytes`);
    }
    await writeFileDurably(this.path, text);
    this.written = lines.length;
    this.bytes = bytes;
    this.endIsKnown = true;
  }

  private async append(text: string, lines: number): Promise<void> {
    const file = await open(this.path, 'a', 0o600);
    try {
      await file.appendFile(text);
      await file.datasync();
    } finally {
      await file.close();
    }
    this.written += lines;
    this.bytes += Buffer.byteLength(text);
  }
}

const CHUNK_BYTES = 64 * 1024;
const LINE_FEED = 10;

/**
 * Hands over the lines of a file one by one, so that no more of it is in memory than what is made of them. `torn`: the bytes
 * behind the last line feed, which are no line. Throws as `openAtMost` does, and what `take` throws.
 */
export async function readLinesOf(
  path: string,
  maxBytes: number,
  take: (line: string) => void,
): Promise<{ bytes: number; torn: number }> {
  const { file, size } = await openAtMost(path, maxBytes);
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    let begun: Buffer[] = [];
    let bytes = 0;
    // No further than it was when it was measured.
    while (bytes < size) {
      const { bytesRead } = await file.read(chunk, 0, Math.min(CHUNK_BYTES, size - bytes));
      if (bytesRead === 0) break;
      bytes += bytesRead;
      let start = 0;
      for (let end = chunk.indexOf(LINE_FEED); end !== -1 && end < bytesRead; ) {
        const last = chunk.subarray(start, end);
        take((begun.length === 0 ? last : Buffer.concat([...begun, last])).toString('utf8'));
        begun = [];
        start = end + 1;
        end = chunk.indexOf(LINE_FEED, start);
      }
      if (start < bytesRead) begun.push(Buffer.from(chunk.subarray(start, bytesRead)));
    }
    return { bytes, torn: begun.reduce((sum, { length }) => sum + length, 0) };
  } finally {
    await file.close();
  }
}
