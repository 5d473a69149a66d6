import { join } from 'node:path';
import { compareFeedPlaces, type SeenPlace } from '@countersign/gateway-protocol';
import { z } from 'zod';
import { JsonFile } from '../storage/json-file.js';

const shape = z.strictObject({
  epoch: z.int().min(1),
  seq: z.int().min(0),
  mark: z.string().exactOptional(),
});

/**
 * The highest place in the feed that this gateway ever applied, kept on its disk. It never goes back, not even after a
 * restart.
 */
export class FeedPosition {
  private readonly cell: JsonFile<SeenPlace>;
  private reached: SeenPlace | undefined;
  /** What is on disk. It is behind `reached` while a write is under way, and after one that failed. */
  private lastPlace: SeenPlace | undefined;

  private constructor(
    folder: string,
    private readonly onReached: (place: SeenPlace) => void,
  ) {
    this.cell = new JsonFile(join(folder, 'feed-position.json'));
  }

  /**
   * Throws if the file exists and cannot be read: without the place an older feed could be accepted.
   *
   * @param onReached called with the place on disk, and with each one that is reached later
   */
  static async load(
    folder: string,
    onReached: (place: SeenPlace) => void = () => undefined,
  ): Promise<FeedPosition> {
    const position = new FeedPosition(folder, onReached);
    const stored = await position.cell.read();
    if (stored !== undefined) {
      position.reached = position.lastPlace = shape.parse(stored);
      onReached(position.reached);
    }
    return position;
  }

  get highest(): SeenPlace | undefined {
    return this.reached;
  }

  /**
   * Resolves when this place or a later one is durable. Rejects with the file system's error; the next call tries
   * again.
   */
  async advance({ epoch, seq, mark }: SeenPlace): Promise<void> {
    const place = { epoch, seq, ...(mark === undefined ? {} : { mark }) };
    if (isAtLeast(this.lastPlace, place)) return;
    const next = isAtLeast(this.reached, place) ? this.reached : place;
    this.reached = next;
    this.onReached(next);
    await this.cell.write(next);
    this.lastPlace = next;
  }
}

const isAtLeast = (place: SeenPlace | undefined, other: SeenPlace): place is SeenPlace =>
  place !== undefined && compareFeedPlaces(place, other) >= 0;
