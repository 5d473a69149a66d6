export type BatcherOptions<Item, Result> = {
  /** Does the work of a batch. Returns one result an item, in the same order, or throws for the batch as a whole. */
  work(items: readonly Item[]): Promise<Result[]>;
  /** How much of a batch an item fills. Default: 1. */
  sizeOf?(item: Item): number;
  /** A batch holds no more, unless a single item is larger. */
  maxSize: number;
  /** How many full batches may be under way at once. A batch that is not full runs alone. */
  maxConcurrent: number;
  /** After a batch, the next one waits this long for more items, unless it is full before. Milliseconds. */
  gatherMs: number;
};

type Waiting<Item, Result> = { item: Item; resolve(result: Result): void; reject(error: unknown): void };

/**
 * Does the work of many callers in shared batches, in the order in which they came. The first item after a quiet time
 * runs at once. If a batch fails, each of its items is tried alone, so that no caller receives another's failure.
 */
export class Batcher<Item, Result> {
  private readonly waiting: Waiting<Item, Result>[] = [];
  private waitingSize = 0;
  private running = 0;
  private gathering: NodeJS.Timeout | undefined;

  constructor(private readonly options: BatcherOptions<Item, Result>) {}

  /** Resolves with the item's result once its batch is done. Rejects with what `work` throws for this item alone. */
  submit(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      this.waitingSize += this.sizeOf(item);
      this.startIfDue();
    });
  }

  private sizeOf(item: Item): number {
    return this.options.sizeOf?.(item) ?? 1;
  }

  private startIfDue(): void {
    const isFull = this.waitingSize >= this.options.maxSize;
    const isQuiet = this.running === 0 && this.gathering === undefined;
    const mayStart = isQuiet || (isFull && this.running < this.options.maxConcurrent);
    if (this.waiting.length > 0 && mayStart) void this.run();
  }

  private async run(): Promise<void> {
    this.running += 1;
    await this.runBatch(this.takeBatch());
    this.running -= 1;
    this.gathering ??= setTimeout(() => {
      this.gathering = undefined;
      this.startIfDue();
    }, this.options.gatherMs);
    this.startIfDue();
  }

  private takeBatch(): Waiting<Item, Result>[] {
    let size = 0;
    const beyond = this.waiting.findIndex(({ item }) => {
      size += this.sizeOf(item);
      return size > this.options.maxSize;
    });
    const batch = this.waiting.splice(0, beyond < 0 ? this.waiting.length : Math.max(1, beyond));
    for (const { item } of batch) this.waitingSize -= this.sizeOf(item);
    return batch;
  }

  private async runBatch(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.options.work(batch.map(({ item }) => item));
      for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result);
    } catch (error) {
      if (batch.length === 1) batch[0]?.reject(error);
      else for (const each of batch) await this.runBatch([each]);
    }
  }
}
