import { readAtMost, writeFileDurably } from '@countersign/gateway-protocol';
import { SingleFlight } from '@countersign/runtime';
import { FileUnreadable, isFileSystemError } from './file-unreadable.js';

/** Far more than any place, or the runs that a gateway has begun. */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * One small JSON value on disk, written durably. Writes that come while one is under way are folded into one: the
 * last value wins. Used for places (feed, shipping), which only ever move on.
 */
export class JsonFile<T> {
  private next: { value: T } | undefined;
  private readonly flight = new SingleFlight();

  constructor(private readonly path: string) {}

  /**
   * The stored value as unknown JSON; undefined when there is no file. Throws FileUnreadable for one that is not JSON, or is
   * huge, and the file system's error.
   */
  async read(): Promise<unknown> {
    try {
      return JSON.parse(await readAtMost(this.path, MAX_BYTES)) as unknown;
    } catch (error) {
      if (!isFileSystemError(error)) throw new FileUnreadable(this.path, error);
      if (error.code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Resolves when this value or a later one is durable; rejects with the file system's error. */
  write(value: T): Promise<void> {
    this.next = { value };
    return this.flight.run(() => this.drain());
  }

  private async drain(): Promise<void> {
    // Always at least one turn later, so that values set in one go become one write.
    await Promise.resolve();
    while (this.next !== undefined) {
      const { value } = this.next;
      this.next = undefined;
      await writeFileDurably(this.path, `${JSON.stringify(value)}\n`);
    }
  }
}
