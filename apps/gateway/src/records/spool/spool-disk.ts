import { randomFillSync } from 'node:crypto';
import { type BigIntStats, constants, fdatasync, ftruncate, statSync, write } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '@countersign/gateway-protocol';

/** A segment that is open for appending. */
export interface SegmentFile {
  /** Resolves when all bytes are durable. After a rejection the file is not used again. */
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
  /** Takes room for at least so many bytes, for `useReserve`. If there is no room, nothing happens. */
  keepReserve(bytes: number): Promise<void>;
  /** Gives up the room that was reserved. Resolves with whether there was any. */
  useReserve(): Promise<boolean>;
  /** Resolves if the disk takes a good many bytes now, and keeps none of them. */
  probe(): Promise<void>;
}

const NAME = /^(\d{12})\.spool$/;

const { O_APPEND, O_CREAT, O_EXCL, O_WRONLY } = constants;
/**
 * On Linux, a write to a file with this flag is durable when it returns, as if `fdatasync` followed (open(2)). So a group of records
 * takes one trip to another thread, not two. Zero elsewhere: a disk may keep such a write in its own memory there, and `fdatasync`
 * flushes that memory.
 */
const O_DSYNC = process.platform === 'linux' ? constants.O_DSYNC : 0;

/** More than a group of records and the header of its segment need. */
const PROBE_BYTES = 256 * 1024;

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
    const flags = O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_DSYNC;
    const file = await open(this.path(segment), flags, 0o600);
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

  async keepReserve(bytes: number): Promise<void> {
    const size = await stat(this.reserve).then(
      (found) => found.size,
      () => 0,
    );
    if (size >= bytes) return;
    // Some file systems take no room for zeros.
    const filling = randomFillSync(Buffer.allocUnsafe(bytes));
    await writeFile(this.reserve, filling, { mode: 0o600 }).catch(() => this.useReserve());
  }

  useReserve(): Promise<boolean> {
    return unlink(this.reserve).then(
      () => true,
      () => false,
    );
  }

  private get reserve(): string {
    return join(this.folder, 'reserve');
  }

  async probe(): Promise<void> {
    const path = join(this.folder, 'probe');
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    try {
      const file = await open(path, O_WRONLY | O_CREAT | O_DSYNC, 0o600);
      try {
        await file.writeFile(Buffer.alloc(PROBE_BYTES));
        await file.datasync();
      } finally {
        await file.close();
      }
    } finally {
      await rm(path, { force: true });
    }
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
    private readonly initialStats: BigIntStats,
  ) {}

  /**
   * Uses callbacks, and one promise for the whole, because each group of calls waits for this and each promise of a `FileHandle` makes
   * it wait longer.
   */
  append(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.writeFrom(bytes, 0, (error) => {
        if (error === undefined) {
          this.length += bytes.length;
          resolve();
          return;
        }
        // After a restart, whole lines of a failed write would be read as records. Truncating works even on a full disk.
        ftruncate(this.file.fd, this.length, () => reject(error));
      });
    });
  }

  async close(): Promise<void> {
    await this.file.close();
  }

  private writeFrom(bytes: Uint8Array, from: number, done: (error: Error | undefined) => void): void {
    const { fd } = this.file;
    write(fd, bytes, from, bytes.length - from, null, (failed, written) => {
      if (failed !== null) done(failed);
      else if (from + written < bytes.length) this.writeFrom(bytes, from + written, done);
      else if (O_DSYNC !== 0) done(this.nameProblem());
      else fdatasync(fd, (unsynced) => done(unsynced ?? this.nameProblem()));
    });
  }

  /**
   * Bytes in a file that was removed, moved or mounted over are not durable: the next start looks it up by name. The look-up does
   * not wait for the disk, so it runs here: a trip to another thread takes ten times as long.
   */
  private nameProblem(): Error | undefined {
    try {
      const { dev, ino } = statSync(this.path, { bigint: true });
      if (dev === this.initialStats.dev && ino === this.initialStats.ino) return undefined;
      return Object.assign(new Error('another file has the name of the segment'), { code: 'ESTALE' });
    } catch (error) {
      return error as Error;
    }
  }
}
