import type { RecordLine } from './record-lines.js';
import type { SpoolPlace } from './segments.js';

/** A durable line and its place in its segment. */
type Written = { line: RecordLine; segment: number; start: number; end: number };

/** Consecutive lines, and the place after the last one. */
type Run = { records: RecordLine[]; next: SpoolPlace };

/** Above this size the oldest lines are dropped. They are still on disk. */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * The most recent durable lines, in memory: a broker that keeps up gets them without reading the disk. It is only a
 * copy. The disk has every line, and serves those that are not here any more, or not yet after a restart.
 */
export class RecentLines {
  private lines: Written[] = [];
  /** The lines before this index were released. */
  private first = 0;
  private bytes = 0;

  /** Adds the lines of a group, which became durable together at this place. */
  add(lines: readonly RecordLine[], lengths: readonly number[], { segment, offset }: SpoolPlace): void {
    let start = offset;
    for (const [index, line] of lines.entries()) {
      const end = start + (lengths[index] ?? 0);
      this.lines.push({ line, segment, start, end });
      this.bytes += end - start;
      start = end;
    }
    while (this.bytes > MAX_BYTES) this.dropFirst();
  }

  /** Releases all lines before a place. */
  release({ segment, offset }: SpoolPlace): void {
    for (let at = this.lines[this.first]; at !== undefined; at = this.lines[this.first]) {
      if (at.segment > segment || (at.segment === segment && at.end > offset)) return;
      this.dropFirst();
    }
  }

  /** The lines of one boot and segment from a place on, at least one. Undefined if the next line is not here. */
  readFrom({ segment, offset }: SpoolPlace, maxBytes: number, most: number): Run | undefined {
    let at = this.first;
    while (isBefore(this.lines[at], segment, offset)) at += 1;
    const first = this.lines[at];
    if (first === undefined || first.segment !== segment || first.start !== offset) return undefined;
    const records: RecordLine[] = [];
    let end = offset;
    for (
      let next: Written | undefined = first;
      next !== undefined && records.length < most;
      next = this.lines[++at]
    ) {
      const fits = records.length === 0 || next.end - offset <= maxBytes;
      if (!fits || next.segment !== segment || next.line.boot !== first.line.boot) break;
      records.push(next.line);
      end = next.end;
    }
    return { records, next: { segment, offset: end } };
  }

  private dropFirst(): void {
    const dropped = this.lines[this.first];
    if (dropped === undefined) return;
    this.first += 1;
    this.bytes -= dropped.end - dropped.start;
    if (this.first * 2 < this.lines.length) return;
    this.lines = this.lines.slice(this.first);
    this.first = 0;
  }
}

const isBefore = (line: Written | undefined, segment: number, offset: number): boolean =>
  line !== undefined && (line.segment < segment || (line.segment === segment && line.start < offset));
