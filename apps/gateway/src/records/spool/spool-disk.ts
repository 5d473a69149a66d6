import type { BigIntStats } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '@countersign/gateway-protocol';

/** A segment that is open for appending. */
export interface SegmentFile {
  /** Resolves when all bytes are durable (written and fdatasynced). After a rejection the file is not used again. */
  append(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** What the spool needs of a disk. It is a port, so that tests can inject faults. */
export interface SpoolDisk {
  /** Creates the folder if it is missing, and returns the numbers of its segments, ascending. */
  segments(): Promise<number[]>;
  /** Creates a segment that does not exist yet, and makes its name durable. */
  create(segment: number): Promise<SegmentFile>;
  size(segment: number): Promise<number>;
  /** Up to `length` bytes from `offset`; fewer at the end of the file. */
  read(segment: number, offset: number, length: number): Promise<Buffer>;
  remove(segment: number): Promise<void>;
}

const NAME = /^(\d{12})\.spool$/;

/** Segments as files `000000000001.spool` in one folder. */
export class NodeSpoolDisk implements SpoolDisk {
  constructor(private readonly folder: string) {}

  async segments(): Promise<number[]> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const numbers = (await readdir(this.folder)).map((name) => NAME.exec(name)?.[1]);
    return numbers
      .filter((digits) => digits !== undefined)
      .map(Number)
      .sort((a, b) => a - b);
  }

  async create(segment: number): Promise<SegmentFile> {
    // A folder that vanished while the gateway runs is created again: otherwise every later call would be refused.
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const file = await open(this.path(segment), 'ax', 0o600);
    try {
      await syncFolder(this.folder);
      return new NodeSegmentFile(file, this.path(segment), await file.stat({ bigint: true }));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async size(segment: number): Promise<number> {
    return (await stat(this.path(segment))).size;
  }

  async read(segment: number, offset: number, length: number): Promise<Buffer> {
    const file = await open(this.path(segment), 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }

  async remove(segment: number): Promise<void> {
    await unlink(this.path(segment));
  }

  private path(segment: number): string {
    return join(this.folder, `${String(segment).padStart(12, '0')}.spool`);
  }
}

class NodeSegmentFile implements SegmentFile {
  private length = 0;

  constructor(
    private readonly file: FileHandle,
    private readonly path: string,
    private readonly made: BigIntStats,
  ) {}

  async append(bytes: Uint8Array): Promise<void> {
    try {
      await this.write(bytes);
      this.length += bytes.length;
    } catch (error) {
      // After a restart, whole lines of a failed write would be read as records. Truncating works even on a full disk.
      await this.file.truncate(this.length).catch(() => undefined);
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.file.close();
  }

  private async write(bytes: Uint8Array): Promise<void> {
    let written = 0;
    while (written < bytes.length) {
      written += (await this.file.write(bytes, written)).bytesWritten;
    }
    await this.file.datasync();
    // Bytes in a file that was removed, moved or mounted over are not durable: the next start looks it up by name.
    const { dev, ino } = await stat(this.path, { bigint: true });
    if (dev !== this.made.dev || ino !== this.made.ino)
      throw Object.assign(new Error('another file has the name of the segment'), { code: 'ESTALE' });
  }
}
