import { readAtMost, writeFileDurably } from '@countersign/gateway-protocol';
import { SingleFlight } from '@countersign/runtime';
import { FileUnreadable, isFileSystemError } from './errors.js';

/** Far more than any stored value needs. */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * One small JSON value on disk, written durably. Writes that arrive during another one are combined: the last value
 * wins. Used for places in the feed and in the spool, which only move forward.
 */
export class JsonFile<T> {
  private next: { value: T } | undefined;
  private readonly flight = new SingleFlight();

  constructor(private readonly path: string) {}

  /**
   * The stored value as unknown JSON; undefined if there is no file. Throws FileUnreadable if it is not JSON or too
   * large, and the file system's error.
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

  /** Resolves when this value or a later one is durable. Rejects with the file system's error. */
  write(value: T): Promise<void> {
    this.next = { value };
    return this.flight.run(() => this.drain());
  }

  private async drain(): Promise<void> {
    // Values that are set in the same turn become one write.
    await Promise.resolve();
    while (this.next !== undefined) {
      const { value } = this.next;
      this.next = undefined;
      await writeFileDurably(this.path, `${JSON.stringify(value)}\n`);
    }
  }
}
