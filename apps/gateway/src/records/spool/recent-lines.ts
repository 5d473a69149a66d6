import type { RecordLine } from './record-lines.js';
import type { SpoolPlace } from './segments.js';

/** A durable line and where it stands in its segment. */
type Written = { line: RecordLine; segment: number; start: number; end: number };

/** A run of lines, and the place behind the last. */
type Run = { records: RecordLine[]; next: SpoolPlace };

/** Beyond so many bytes the oldest lines are left to the disk. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * The latest durable lines in memory, so that a broker that keeps up is sent what was written and nothing has to be read
 * back. It is a copy: the disk has all of it, and serves what is no longer here, or not yet, after a restart.
 */
export class RecentLines {
  private lines: Written[] = [];
  /** Those before it were let go of. */
  private first = 0;
  private bytes = 0;

  /** Adds a group's lines, which became durable in one piece behind this place. */
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

  /** Lets go of all before a place. */
  release({ segment, offset }: SpoolPlace): void {
    for (let at = this.lines[this.first]; at !== undefined; at = this.lines[this.first]) {
      if (at.segment > segment || (at.segment === segment && at.end > offset)) return;
      this.dropFirst();
    }
  }

  /** The lines of one boot and segment from a place on, at least one; undefined where the next line is not here. */
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
