import type { SegmentFile, SpoolDisk } from './spool-disk.js';

/** A place in the spool: a segment and an offset in it. */
export type SpoolPlace = { segment: number; offset: number };

type Active = { segment: number; file: SegmentFile; headerBytes: number };

/** Room that is kept beside twice the last header, so that a new segment can begin on a full disk and take some records. */
const RESERVE_BYTES = 65_536;
/** There is no room: on the disk, or for this user. */
const FULL: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT']);

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
   * Appends durably, and resolves with the place. `header` is called if a new segment must be begun, and `onBegun` before something
   * is appended to it: older segments may be removed then. Rejects with the disk's error; then nothing of `bytes` counts as written.
   */
  async append(bytes: Buffer, header: () => string, onBegun: () => Promise<void>): Promise<SpoolPlace> {
    const full = this.active !== undefined && (this.length(this.active.segment) ?? 0) >= this.segmentBytes;
    if (full) await this.retire();
    if (this.active === undefined) {
      this.active = await this.begin(Buffer.from(header(), 'utf8'));
      await onBegun();
      await this.keepReserve();
    }
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

  /**
   * Removes every segment of which all is before this place, oldest first, but none from `needed` on. The newest segment stays: its
   * header alone says where the chains are.
   */
  async removeBefore({ segment, offset }: SpoolPlace, needed: number): Promise<void> {
    const numbers = [...this.lengths.keys()].sort((a, b) => a - b);
    for (const number of numbers.slice(0, -1)) {
      const isBefore = number < segment || (number === segment && offset >= (this.length(number) ?? 0));
      if (!isBefore || number >= needed) return;
      await this.disk.remove(number).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
      this.lengths.delete(number);
      this.voided.delete(number);
      await this.keepReserve();
    }
  }

  private async keepReserve(): Promise<void> {
    await this.disk.keepReserve(RESERVE_BYTES + 2 * (this.active?.headerBytes ?? 0));
  }

  async close(): Promise<void> {
    await this.retire();
  }

  /** Begins a segment. On a full disk it takes the room that was reserved: only with a new segment can older ones be removed. */
  private async begin(header: Buffer): Promise<Active> {
    try {
      return await this.create(header);
    } catch (error) {
      if (!FULL.has((error as NodeJS.ErrnoException).code) || !(await this.disk.useReserve())) throw error;
      return this.create(header);
    }
  }

  private async create(bytes: Buffer): Promise<Active> {
    const segment = ++this.last;
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
    // Otherwise a disk that refuses every write would leave a segment behind for every call. The last one stays: it has the chains.
    if (from === headerBytes && this.count > 1 && (await this.discard(segment, file))) {
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
