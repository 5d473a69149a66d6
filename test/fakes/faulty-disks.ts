import {
  NodeSpoolDisk,
  type SegmentFile,
  type SpoolDisk,
} from '../../apps/gateway/src/records/spool/spool-disk.js';

/** A disk on which nothing becomes durable while `broken` is set. */
export class BreakableDisk extends NodeSpoolDisk implements SpoolDisk {
  broken: string | undefined;

  override async probe(): Promise<void> {
    this.requireWhole();
    await super.probe();
  }

  override async create(segment: number): Promise<SegmentFile> {
    const file = await super.create(segment);
    return {
      append: async (bytes) => {
        this.requireWhole();
        await file.append(bytes);
      },
      close: () => file.close(),
    };
  }

  private requireWhole(): void {
    if (this.broken !== undefined) throw Object.assign(new Error('disk fault'), { code: this.broken });
  }
}

/** A disk that keeps every write waiting while it is held. */
export class HeldDisk extends NodeSpoolDisk implements SpoolDisk {
  private waiting: (() => void)[] | undefined;

  get isWriting(): boolean {
    return this.waiting !== undefined && this.waiting.length > 0;
  }

  hold(): void {
    this.waiting = [];
  }

  release(): void {
    for (const go of this.waiting?.splice(0) ?? []) go();
    this.waiting = undefined;
  }

  override async create(segment: number): Promise<SegmentFile> {
    const file = await super.create(segment);
    return {
      append: async (bytes) => {
        const { waiting } = this;
        if (waiting !== undefined) await new Promise<void>((resolve) => waiting.push(resolve));
        await file.append(bytes);
      },
      close: () => file.close(),
    };
  }
}
