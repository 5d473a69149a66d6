import { canonicalRecordHash } from '@countersign/gateway-protocol';
import { canonicalJson } from '@countersign/scope';
import { Chains, isSignedKind } from './chains.js';
import type { SpoolDisk } from './disk.js';
import { type RecordLine, readLines, type SegmentHeader } from './line.js';

/** An allowed call of an earlier boot that has no outcome. */
export type OpenCallLeft = { boot: string; tenant: string; id: string };

/** What earlier boots left on disk. */
type Recovered = {
  /** Segments with the length up to which they hold whole, confirmed lines. */
  segments: Map<number, number>;
  chains: Chains;
  open: OpenCallLeft[];
  /** Bytes of all segments that are no whole line: torn, damaged or void, and skipped. */
  skippedBytes: number;
  /** Whether a line that was confirmed to somebody is among them. */
  isDamaged: boolean;
  /** The runs of which something stands here. */
  boots: ReadonlySet<string>;
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
  let isDamaged = false;
  for (const segment of numbers) {
    const bytes = await wholeSegment(disk, segment);
    const lines = readLines(bytes.subarray(0, voids.get(segment) ?? bytes.length));
    let start = 0;
    let length = 0;
    skippedBytes += bytes.length;
    for (const { line, end } of lines) {
      if (line === undefined) isDamaged = true;
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
  return { segments, skippedBytes, isDamaged, ...reading.result() };
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

/** What the lines add up to, read in order. */
class Reading {
  private readonly chains = new Chains();
  private readonly last = new Map<string, RecordLine>();
  private readonly open = new Map<string, OpenCallLeft>();
  private readonly boots = new Set<string>();

  /** Heads count only where the segments before are gone; else they repeat what was read. */
  header({ boot, heads, open }: SegmentHeader): void {
    this.boots.add(boot);
    for (const [tenant, head] of Object.entries(heads)) {
      if (!this.last.has(`${boot} ${tenant}`)) this.chains.set(boot, tenant, head);
    }
    for (const [id, tenant] of Object.entries(open)) this.open.set(id, { boot, tenant, id });
  }

  record(line: RecordLine): void {
    const { kind, boot, tenant, id } = line;
    this.boots.add(boot);
    this.last.set(`${boot} ${tenant}`, line);
    if (kind === 'allowed') this.open.set(id, { boot, tenant, id });
    if (kind === 'outcome') this.open.delete(id);
  }

  result(): Pick<Recovered, 'chains' | 'open' | 'boots'> {
    for (const { kind, boot, tenant, seq, json } of this.last.values()) {
      const { record } = JSON.parse(json) as { record: unknown };
      const hash = canonicalRecordHash(canonicalJson(record));
      this.chains.set(boot, tenant, { seq, hash, signed: isSignedKind(kind) });
    }
    return { chains: this.chains, open: [...this.open.values()], boots: this.boots };
  }
}
