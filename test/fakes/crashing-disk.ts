import type { SegmentFile, SpoolDisk } from '../../apps/gateway/src/records/spool/spool-disk.js';

/**
 * What fails: an append that writes nothing, half of its bytes, or all of them; a new segment; the removal of one.
 * After a failed append some bytes may stay: truncating fails too.
 */
export type Fault = 'refused' | 'torn' | 'whole' | 'create' | 'remove';

const error = (code: string) => Object.assign(new Error(code), { code });
const never = <T>() => new Promise<T>(() => undefined);

/** A disk in memory whose process may die at any byte. What a dead process still does has no effect. */
export class CrashingDisk {
  private readonly files = new Map<number, Buffer>();
  /** Bytes that it has room for. */
  capacity = Number.POSITIVE_INFINITY;
  private reserved = 0;
  /** Called when a segment has been removed. */
  onRemoved: () => void = () => undefined;
  private fault: { kind: Fault; times: number } | undefined;
  private dying: number | undefined;
  private life = 0;

  /** The disk for the next process. The one before is dead. */
  restart(): SpoolDisk {
    this.life += 1;
    this.dying = undefined;
    const { life } = this;
    const alive = <T>(work: () => T): Promise<T> =>
      life === this.life ? new Promise((resolve) => resolve(work())) : never<T>();
    return {
      segments: () => alive(() => [...this.files.keys()].sort((a, b) => a - b)),
      size: (segment) => alive(() => this.bytes(segment).length),
      read: (segment, offset, length) => alive(() => this.bytes(segment).subarray(offset, offset + length)),
      remove: (segment) =>
        alive(() => {
          if (this.fails('remove')) throw error('EIO');
          this.files.delete(segment);
          this.onRemoved();
        }),
      probe: () =>
        alive(() => {
          if (this.fault !== undefined) throw error('ENOSPC');
        }),
      create: (segment) =>
        alive(() => {
          if (this.fails('create')) throw error('ENOSPC');
          if (this.files.has(segment)) throw error('EEXIST');
          this.files.set(segment, Buffer.alloc(0));
          return this.file(segment, () => life === this.life);
        }),
      keepReserve: (bytes) =>
        alive(() => {
          if (this.used - this.reserved + bytes <= this.capacity)
            this.reserved = Math.max(bytes, this.reserved);
        }),
      useReserve: () =>
        alive(() => {
          const { reserved } = this;
          this.reserved = 0;
          return reserved > 0;
        }),
    };
  }

  get used(): number {
    return [...this.files.values()].reduce((sum, { length }) => sum + length, this.reserved);
  }

  /** The next operations of that kind fail, this many times. */
  fail(kind: Fault, times: number): void {
    this.fault = { kind, times };
  }

  heal(): void {
    this.fault = undefined;
  }

  /** The next append writes this share of its bytes and never returns: its process is dead. */
  die(written: number): void {
    this.dying = written;
  }

  private file(segment: number, isAlive: () => boolean): SegmentFile {
    const add = (bytes: Uint8Array, share: number) =>
      this.files.set(
        segment,
        Buffer.concat([this.bytes(segment), bytes.subarray(0, Math.floor(bytes.length * share))]),
      );
    return {
      append: async (bytes) => {
        if (!isAlive()) return never();
        if (this.dying !== undefined) {
          add(bytes, this.dying);
          this.life += 1;
          return never();
        }
        for (const [kind, share] of [
          ['refused', 0],
          ['torn', 0.5],
          ['whole', 1],
        ] as const)
          if (this.fails(kind)) {
            add(bytes, share);
            throw error('EIO');
          }
        if (this.used + bytes.length > this.capacity) throw error('ENOSPC');
        add(bytes, 1);
      },
      close: async () => undefined,
    };
  }

  private fails(kind: Fault): boolean {
    if (this.fault?.kind !== kind) return false;
    this.fault.times -= 1;
    if (this.fault.times <= 0) this.fault = undefined;
    return true;
  }

  private bytes(segment: number): Buffer {
    const bytes = this.files.get(segment);
    if (bytes === undefined) throw error('ENOENT');
    return bytes;
  }
}
