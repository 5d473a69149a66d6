import type { SegmentFile, SpoolDisk } from './spool-disk.js';

/** A place in the spool: a segment and an offset in it. */
export type SpoolPlace = { segment: number; offset: number };

type Active = { segment: number; file: SegmentFile; headerBytes: number };

/**
 * The segments on disk, and how far each may be read. The last one may be open for appending. After any error it is
 * abandoned: its confirmed length stays, the bytes after it are void, and the next append opens a new segment. A
 * repeated fsync after a failed one would prove nothing.
 */
export class Segments {
  private active: Active | undefined;
  private readonly voided = new Map<number, number>();
  private last: number;
  private lost = false;

  constructor(
    private readonly disk: SpoolDisk,
    private readonly lengths: Map<number, number>,
    private readonly segmentBytes: number,
  ) {
    this.last = Math.max(0, ...lengths.keys());
  }

  /** Bytes of all segments that hold confirmed lines. */
  get bytes(): number {
    let sum = 0;
    for (const length of this.lengths.values()) sum += length;
    return sum;
  }

  /** Whether someone removed a segment before it was read. */
  get hasLost(): boolean {
    return this.lost;
  }

  get count(): number {
    return this.lengths.size;
  }

  /** Ends of abandoned segments that are still on disk. */
  get voids(): { segment: number; from: number }[] {
    return [...this.voided].map(([segment, from]) => ({ segment, from }));
  }

  /**
   * Appends durably, and resolves with the place. `header` is called if a new segment must be begun. Rejects with the
   * disk's error; then nothing of `bytes` counts as written.
   */
  async append(bytes: Buffer, header: () => string): Promise<SpoolPlace> {
    const full = this.active !== undefined && (this.length(this.active.segment) ?? 0) >= this.segmentBytes;
    if (full) await this.retire();
    this.active ??= await this.begin(header());
    const { segment, file } = this.active;
    try {
      await file.append(bytes);
    } catch (error) {
      await this.abandon(this.active);
      throw error;
    }
    const offset = this.lengths.get(segment) ?? 0;
    this.lengths.set(segment, offset + bytes.length);
    return { segment, offset };
  }

  /** The place of the next record. */
  get end(): SpoolPlace {
    const segment = Math.max(0, ...this.lengths.keys());
    return { segment, offset: this.lengths.get(segment) ?? 0 };
  }

  /** How far a segment may be read; undefined if it does not exist. */
  length(segment: number): number | undefined {
    return this.lengths.get(segment);
  }

  /** The first segment at or after this number. */
  from(segment: number): number | undefined {
    const later = [...this.lengths.keys()].filter((number) => number >= segment);
    return later.length === 0 ? undefined : Math.min(...later);
  }

  /** Reads from a place. Undefined for a segment that someone removed meanwhile; it is forgotten. */
  async read({ segment, offset }: SpoolPlace, length: number): Promise<Buffer | undefined> {
    try {
      return await this.disk.read(segment, offset, length);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      this.lengths.delete(segment);
      this.lost = true;
      return undefined;
    }
  }

  /** Removes every segment before this one, oldest first, but never the one that is being written. */
  async removeBefore(segment: number): Promise<void> {
    for (const number of [...this.lengths.keys()].sort((a, b) => a - b)) {
      if (number >= segment || number === this.active?.segment) return;
      await this.disk.remove(number).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
      this.lengths.delete(number);
      this.voided.delete(number);
    }
  }

  async close(): Promise<void> {
    await this.retire();
  }

  private async begin(header: string): Promise<Active> {
    const segment = ++this.last;
    const bytes = Buffer.from(header, 'utf8');
    const file = await this.disk.create(segment);
    try {
      await file.append(bytes);
    } catch (error) {
      await this.discard(segment, file);
      throw error;
    }
    this.lengths.set(segment, bytes.length);
    return { segment, file, headerBytes: bytes.length };
  }

  private async abandon({ segment, file, headerBytes }: Active): Promise<void> {
    this.active = undefined;
    const from = this.lengths.get(segment) ?? 0;
    // Otherwise a disk that refuses every write would leave a segment behind for every call.
    if (from === headerBytes && (await this.discard(segment, file))) {
      this.lengths.delete(segment);
      return;
    }
    this.voided.set(segment, from);
    await file.close().catch(() => undefined);
  }

  /** Tries to remove a segment that holds no record. */
  private async discard(segment: number, file: SegmentFile): Promise<boolean> {
    await file.close().catch(() => undefined);
    return this.disk.remove(segment).then(
      () => true,
      () => false,
    );
  }

  private async retire(): Promise<void> {
    const file = this.active?.file;
    this.active = undefined;
    await file?.close().catch(() => undefined);
  }
}
