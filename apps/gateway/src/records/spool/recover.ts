import type { SpoolDisk } from './disk.js';
import { readLines } from './line.js';
import { Reading, type ReadSpool } from './reading.js';

/** What earlier boots left on disk. */
type Recovered = ReadSpool & {
  /** Segments with the length up to which they hold whole, confirmed lines. */
  segments: Map<number, number>;
  /** Bytes of all segments that are no whole line: torn, damaged or void, and skipped. */
  skippedBytes: number;
};

/**
 * Reads every segment. A torn tail is skipped and all before it is kept; so is what a later segment declares void. A
 * damaged line costs itself alone: the records behind it were confirmed to somebody (the broker logs the gap).
 * Throws the file system's error: a spool that cannot be read must not be taken for an empty one.
 */
export async function recover(disk: SpoolDisk): Promise<Recovered> {
  const numbers = await disk.segments();
  const voids = await readVoids(disk, numbers);
  const reading = new Reading();
  const segments = new Map<number, number>();
  let skippedBytes = 0;
  for (const segment of numbers) {
    const bytes = await wholeSegment(disk, segment);
    const lines = readLines(bytes.subarray(0, voids.get(segment) ?? bytes.length));
    reading.begin(segment);
    let start = 0;
    let length = 0;
    skippedBytes += bytes.length;
    for (const { line, end } of lines) {
      if (line === undefined) reading.damaged(bytes.subarray(start, end));
      else {
        skippedBytes -= end - start;
        length = end;
        if ('header' in line) reading.header(line.header);
        else reading.record(line.record);
      }
      start = end;
    }
    segments.set(segment, length);
  }
  return { segments, skippedBytes, ...reading.result() };
}

/** Which ends were declared void, by any later header: more than one segment can fail in a row. */
async function readVoids(disk: SpoolDisk, numbers: readonly number[]): Promise<Map<number, number>> {
  const voids = new Map<number, number>();
  for (const segment of numbers) {
    const bytes = await wholeSegment(disk, segment);
    const first = readLines(bytes.subarray(0, bytes.indexOf(10) + 1))[0]?.line;
    if (first === undefined || !('header' in first)) continue;
    for (const { segment: ended, from } of first.header.voids) voids.set(ended, from);
  }
  return voids;
}

async function wholeSegment(disk: SpoolDisk, segment: number): Promise<Buffer> {
  return disk.read(segment, 0, await disk.size(segment));
}
