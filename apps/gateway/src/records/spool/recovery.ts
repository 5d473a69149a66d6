import { canonicalJson } from '@countersign/contract';
import { canonicalRecordHash } from '@countersign/gateway-protocol';
import { isSignedKind, RecordChains } from './record-chains.js';
import { jsonOf, placeIn, type RecordLine, readLines, type SegmentHeader } from './record-lines.js';
import type { SpoolDisk } from './spool-disk.js';

/** What earlier boots left on disk. */
export type RecoveredSpool = SpoolContents & {
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
export async function recover(disk: SpoolDisk): Promise<RecoveredSpool> {
  const numbers = await disk.segments();
  const voids = await readVoids(disk, numbers);
  const reading = new SpoolReading();
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

/**
 * An allowed call of an earlier boot that has no outcome. `segment`: the last one that tells of it; without it nobody
 * would know that the call was ever open.
 */
export type UnfinishedCall = { boot: string; tenant: string; id: string; segment: number };

/** A chain of an earlier boot whose end carries no signature, and the last segment that tells of that end. */
export type UnsignedChain = { boot: string; tenant: string; segment: number };

/** What recovery learns of all lines. */
export type SpoolContents = {
  chains: RecordChains;
  open: UnfinishedCall[];
  unsigned: UnsignedChain[];
  /** Whether a line that was confirmed to somebody cannot be read. */
  isDamaged: boolean;
  /** The runs of which something stands here. */
  boots: ReadonlySet<string>;
  /** Which run has written each segment; empty where it does not tell any more. */
  writers: ReadonlyMap<number, string>;
};

/** The end of a chain, as a line that can be read tells it. */
type End = { boot: string; tenant: string; seq: number; segment: number; line: RecordLine | undefined };
/** A number that was given out and whose record cannot be read; of the text that stands in its place. */
type Lost = { boot: string; tenant: string; seq: number; text: string };

const key = (boot: string, tenant: string) => `${boot} ${tenant}`;

/**
 * What the lines add up to, read in order. Of a record that is damaged the number at least is known, or feared: it is not
 * given out again, or nobody would see that a record is missing.
 */
export class SpoolReading {
  private readonly chains = new RecordChains();
  private readonly ends = new Map<string, End>();
  private readonly lost = new Map<string, Lost>();
  private readonly open = new Map<string, UnfinishedCall>();
  private readonly boots = new Set<string>();
  private readonly writers = new Map<number, string>();
  private isDamaged = false;
  private segment = 0;
  private boot = '';

  /** What is read from now on stands in this segment. */
  begin(segment: number): void {
    this.segment = segment;
    this.boot = '';
    this.writers.set(segment, '');
  }

  /** Heads repeat what was read, unless the segments before are gone, or have lost lines. */
  header({ boot, heads, open }: SegmentHeader): void {
    this.boot = boot;
    this.boots.add(boot);
    this.writers.set(this.segment, boot);
    for (const [tenant, head] of Object.entries(heads)) {
      const end = this.ends.get(key(boot, tenant));
      const { segment } = this;
      if (end !== undefined && end.seq >= head.seq) end.segment = segment;
      else {
        if (end?.line !== undefined) this.isDamaged = true;
        this.chains.set(boot, tenant, head);
        this.moveTo({ boot, tenant, seq: head.seq, segment, line: undefined });
      }
    }
    for (const [id, tenant] of Object.entries(open))
      this.open.set(id, { boot, tenant, id, segment: this.segment });
  }

  record(line: RecordLine): void {
    const { kind, boot, tenant, seq, id } = line;
    if (this.boot === '') this.boot = boot;
    this.boots.add(boot);
    this.moveTo({ boot, tenant, seq, segment: this.segment, line });
    if (kind === 'allowed') this.open.set(id, { boot, tenant, id, segment: this.segment });
    if (kind === 'outcome') this.open.delete(id);
  }

  /**
   * A line that ends and is none of ours any more. Where it does not tell any more which number was lost, it may have been
   * the next one of each chain of its run.
   */
  damaged(bytes: Buffer): void {
    this.isDamaged = true;
    const text = bytes.toString('latin1');
    const place = placeIn(text);
    if (place !== undefined && this.boots.has(place.boot) && place.seq === this.nextOf(place)) {
      this.lost.set(key(place.boot, place.tenant), { ...place, text });
      return;
    }
    for (const { boot, tenant } of this.ends.values())
      if (boot === this.boot)
        this.lost.set(key(boot, tenant), { boot, tenant, seq: this.nextOf({ boot, tenant }), text });
  }

  private nextOf({ boot, tenant }: Pick<End, 'boot' | 'tenant'>): number {
    const chain = key(boot, tenant);
    return Math.max(this.ends.get(chain)?.seq ?? 0, this.lost.get(chain)?.seq ?? 0) + 1;
  }

  result(): SpoolContents {
    for (const { line } of this.ends.values()) {
      if (line === undefined) continue;
      const { kind, boot, tenant, seq } = line;
      const { record } = JSON.parse(jsonOf(line)) as { record: unknown };
      const hash = canonicalRecordHash(canonicalJson(record));
      this.chains.set(boot, tenant, { seq, hash, signed: isSignedKind(kind) });
    }
    for (const { boot, tenant, seq, text } of this.lost.values())
      this.chains.set(boot, tenant, { seq, hash: canonicalRecordHash(text), signed: false });
    const { chains, isDamaged, boots, writers } = this;
    const unsigned = chains.unsigned.map(({ boot, tenant }) => {
      const { segment = 0 } = this.ends.get(key(boot, tenant)) ?? {};
      return { boot, tenant, segment };
    });
    return { chains, open: [...this.open.values()], unsigned, isDamaged, boots, writers };
  }

  /** Records behind a lost one show the gap by their own numbers. */
  private moveTo(end: End): void {
    const chain = key(end.boot, end.tenant);
    this.ends.set(chain, end);
    if ((this.lost.get(chain)?.seq ?? 0) <= end.seq) this.lost.delete(chain);
  }
}
