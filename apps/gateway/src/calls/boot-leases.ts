import { join } from 'node:path';
import { z } from 'zod';
import { JsonCell } from '../durable/json-cell.js';

const shape = z.strictObject({ boots: z.array(z.string()) });
/** At most so many are told at once (docs/feed.md). */
const MOST_AT_ONCE = 100;

/**
 * Which runs of this gateway may hold leases. A run is noted, durably, before its first lease; one that was not ended
 * in order is told to the broker by a later run, once all its records are there. A note that is lost only means that
 * what the run held counts as used.
 */
export class BootLeases {
  private readonly cell: JsonCell<z.infer<typeof shape>>;
  private noting: Promise<void> | undefined;

  private constructor(
    folder: string,
    private readonly boot: string,
    private earlier: readonly string[],
  ) {
    this.cell = new JsonCell(join(folder, 'leases.json'));
  }

  /** Throws when the file is there and cannot be read. */
  static async load(folder: string, boot: string): Promise<BootLeases> {
    const stored = await new JsonCell(join(folder, 'leases.json')).read();
    return new BootLeases(folder, boot, stored === undefined ? [] : shape.parse(stored).boots);
  }

  get hasEarlier(): boolean {
    return this.earlier.length > 0;
  }

  /** Resolves when this run is on disk. Rejects with the file system's error; then nothing may be leased. */
  async note(): Promise<void> {
    this.noting ??= this.write([...this.earlier, this.boot]).catch((error: unknown) => {
      this.noting = undefined;
      throw error;
    });
    await this.noting;
  }

  /** Earlier runs are over and on record to the last: `tell` says so to the broker, then they are forgotten. */
  async closeEarlier(tell: (boots: readonly string[]) => Promise<unknown>): Promise<void> {
    const boots = this.earlier.slice(0, MOST_AT_ONCE);
    if (boots.length === 0) return;
    await tell(boots);
    this.earlier = this.earlier.slice(boots.length);
    await this.write([...this.earlier, ...(this.noting === undefined ? [] : [this.boot])]);
  }

  /** This run ends in order and holds nothing any more. */
  async closeOwn(): Promise<void> {
    if (this.noting !== undefined) await this.write(this.earlier);
  }

  private write(boots: readonly string[]): Promise<void> {
    return this.cell.write({ boots: [...boots] });
  }
}
