import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { openAtMost, writeFileDurably } from '@countersign/gateway-protocol';
import { FileUnreadable, isFileSystemError, LineFileFull } from './errors.js';

/** Outdated lines that are tolerated before the file is rewritten. */
const SPARE_LINES = 10_000;
/** Enough for a million digests, and for far more than people sign. */
const MAX_BYTES = 256 * 1024 * 1024;

/**
 * A file of JSON lines. New lines are appended durably. The file is rewritten when most of it is outdated, or when it
 * reaches its limit. The caller knows which lines are current: a later line replaces an earlier one about the same
 * thing.
 */
export class LineFile {
  private waiting: string[] = [];
  private flushing: Promise<void> | undefined;
  private written = 0;
  private bytes = 0;
  /** After a failed write the end of the file is unknown: it is rewritten, never appended to. */
  private endIsKnown = true;

  constructor(
    private readonly path: string,
    private readonly maxBytes = MAX_BYTES,
  ) {}

  /**
   * Passes every line to `take` as unknown JSON; none if there is no file. A last line without a line feed was torn by
   * a crash and never confirmed, so it is skipped. Throws FileUnreadable for any other line that is not JSON or that
   * `take` throws at, and for a file above its limit; and the file system's error.
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
   * Resolves when all lines that were added before are durable. `current` returns the current lines, in case the file
   * is rewritten. Rejects with the file system's error; the next call tries everything again.
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

  /** Counts the current lines seldom: only after the file has grown by at least as many lines as it keeps. */
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
 * Passes the lines of a file one by one, so that memory holds only what `take` keeps. `torn`: the number of bytes after
 * the last line feed, which are not a line. Throws what `openAtMost` and `take` throw.
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
    // Not beyond the size that was measured at the start.
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
