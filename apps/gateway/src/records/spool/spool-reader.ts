import type { RecentLines } from './recent-lines.js';
import { type RecordLine, readLines } from './record-lines.js';
import type { Segments, SpoolPlace } from './segments.js';

/** Consecutive records of one boot, ready to be shipped, and the place where the next batch begins. */
export type SpoolBatch = { boot: string; records: RecordLine[]; next: SpoolPlace };

/** Reads durable records back in order: the recent ones from memory, the others from disk. */
export class SpoolReader {
  /** Damage is reported once: while the broker is away, the same place is read again and again. */
  private readonly reportedDamage = new Set<string>();

  constructor(
    private readonly segments: Segments,
    private readonly recent: RecentLines,
    private readonly onDamage: (error: Error) => void,
  ) {}

  get hasFoundDamage(): boolean {
    return this.reportedDamage.size > 0;
  }

  /** The next durable records from a place on, about `maxBytes` of them at most; undefined if there are none. */
  async nextBatch(from: SpoolPlace, maxBytes: number, maxRecords: number): Promise<SpoolBatch | undefined> {
    let place = this.firstPlaceFrom(from);
    while (place !== undefined) {
      const end = this.segments.length(place.segment) ?? 0;
      if (place.offset < end) {
        const recent = this.recent.readFrom(place, maxBytes, maxRecords);
        if (recent !== undefined) return { boot: recent.records[0]?.boot ?? '', ...recent };
        const batch = await this.readBatch(place, end, maxBytes, maxRecords);
        if (batch !== undefined && batch.records.length > 0) return batch;
        place = batch?.next ?? this.firstPlaceFrom({ segment: place.segment + 1, offset: 0 });
      } else {
        place = this.firstPlaceFrom({ segment: place.segment + 1, offset: 0 });
      }
    }
    return undefined;
  }

  private firstPlaceFrom({ segment, offset }: SpoolPlace): SpoolPlace | undefined {
    const first = this.segments.from(segment);
    return first === undefined ? undefined : { segment: first, offset: first === segment ? offset : 0 };
  }

  private async readBatch(
    place: SpoolPlace,
    end: number,
    maxBytes: number,
    maxRecords: number,
  ): Promise<SpoolBatch | undefined> {
    const bytes = await this.segments.read(place, Math.min(maxBytes, end - place.offset));
    if (bytes === undefined) return undefined;
    const lines = readLines(bytes);
    if (lines.length === 0) {
      // Either the first line is longer than the piece that was read, or its line feed is damaged.
      if (place.offset + bytes.length < end && bytes.length >= maxBytes) {
        return this.readBatch(place, end, maxBytes * 2, maxRecords);
      }
      this.reportDamage(place);
      return { boot: '', records: [], next: { segment: place.segment, offset: end } };
    }
    const records: RecordLine[] = [];
    let taken = 0;
    for (const { line, end: lineEnd } of lines) {
      if (line === undefined) this.reportDamage({ segment: place.segment, offset: place.offset + taken });
      else if ('record' in line) {
        if (records.length >= maxRecords || (records[0]?.boot ?? line.record.boot) !== line.record.boot)
          break;
        records.push(line.record);
      }
      taken = lineEnd;
    }
    const next = { segment: place.segment, offset: place.offset + taken };
    return { boot: records[0]?.boot ?? '', records, next };
  }

  private reportDamage({ segment, offset }: SpoolPlace): void {
    const place = `segment ${segment} is damaged at byte ${offset}`;
    if (this.reportedDamage.has(place)) return;
    this.reportedDamage.add(place);
    this.onDamage(new Error(place));
  }
}
