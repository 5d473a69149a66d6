import { join } from 'node:path';
import { z } from 'zod';
import { JsonCell } from '../durable/json-cell.js';

/** `found`: those of which the records were found on disk by a run that came later. */
const shape = z.strictObject({ boots: z.array(z.string()), found: z.array(z.string()).default([]) });
/** At most so many are told at once (docs/feed.md). */
const MOST_AT_ONCE = 100;

/**
 * Which runs of this gateway may hold leases. A run is noted, durably, before its first lease; one that was not ended
 * in order is told to the broker by a later run, once all its records are there. A note that is lost, or given up since
 * records are, only means that what the run held counts as used.
 */
export class BootLeases {
  private readonly cell: JsonCell<z.infer<typeof shape>>;
  private noting: Promise<void> | undefined;
  private givenUp = false;

  private constructor(
    folder: string,
    private readonly boot: string,
    private earlier: readonly string[],
  ) {
    this.cell = new JsonCell(join(folder, 'leases.json'));
  }

  /**
   * `isThere`: whether the records of a run stand on disk. Of one that was not found so by its next run they are gone,
   * and nobody knows what it used. Throws when the file is there and cannot be read, and the file system's error.
   */
  static async load(folder: string, boot: string, isThere: (boot: string) => boolean): Promise<BootLeases> {
    const stored = await new JsonCell(join(folder, 'leases.json')).read();
    const { boots, found } = stored === undefined ? { boots: [], found: [] } : shape.parse(stored);
    const earlier = boots.filter((each) => found.includes(each) || isThere(each));
    const loaded = new BootLeases(folder, boot, earlier);
    if (boots.length > found.length) await loaded.write(earlier);
    return loaded;
  }

  get hasEarlier(): boolean {
    return this.earlier.length > 0;
  }

  get isGivenUp(): boolean {
    return this.givenUp;
  }

  /** Resolves when this run is on disk. Rejects with the file system's error; then nothing may be leased. */
  async note(): Promise<void> {
    if (this.givenUp) return;
    this.noting ??= this.write([...this.earlier, this.boot]).catch((error: unknown) => {
      this.noting = undefined;
      throw error;
    });
    await this.noting;
  }

  /**
   * Earlier runs are over and on record to the last: `tell` says so to the broker, then they are forgotten. Those that
   * are not `isWhole` are forgotten without a word.
   */
  async closeEarlier(
    isWhole: (boot: string) => boolean,
    tell: (boots: readonly string[]) => Promise<unknown>,
  ): Promise<void> {
    const boots = this.earlier.slice(0, MOST_AT_ONCE);
    const whole = boots.filter(isWhole);
    if (whole.length > 0) await tell(whole);
    this.earlier = this.earlier.slice(boots.length);
    await this.write([...this.earlier, ...(this.noting === undefined ? [] : [this.boot])]);
  }

  /**
   * Records are damaged or gone, nobody knows whose: no run that may be concerned is ever told of, this one included.
   * Rejects with the file system's error; then it is to be tried again.
   */
  async giveUp(): Promise<void> {
    if (this.givenUp) return;
    this.givenUp = true;
    this.earlier = [];
    await this.write([]).catch((error: unknown) => {
      this.givenUp = false;
      throw error;
    });
  }

  /** This run ends in order and holds nothing any more. */
  async closeOwn(): Promise<void> {
    if (this.noting !== undefined) await this.write(this.earlier);
  }

  private write(boots: readonly string[]): Promise<void> {
    return this.cell.write({ boots: [...boots], found: boots.filter((boot) => boot !== this.boot) });
  }
}
