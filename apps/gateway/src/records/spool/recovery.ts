import { canonicalJson } from '@countersign/contract';
import { canonicalRecordHash, type RunEnd } from '@countersign/gateway-protocol';
import { isSignedKind, RecordChains } from './record-chains.js';
import { jsonOf, placeIn, type RecordLine, readLines, type SegmentHeader } from './record-lines.js';
import type { SpoolDisk } from './spool-disk.js';

/** What earlier boots left on disk. */
export type RecoveredSpool = SpoolContents & {
  /** Segments with the length up to which they hold whole, confirmed lines. */
  segments: Map<number, number>;
  /** Bytes of all segments that were skipped: torn, damaged, or declared void. */
  skippedBytes: number;
};

/**
 * Reads every segment. A torn tail is skipped, and so are bytes that a later segment declares void. A damaged line
 * costs only itself: the records after it were confirmed to callers, and the broker logs the gap. Throws the file
 * system's error: a spool that cannot be read must not count as empty.
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

/** The ends that any later header declares void. Several segments in a row can fail. */
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
 * An allowed call of an earlier boot without an outcome. `segment`: the last segment that mentions it. Without that
 * segment no one would know that the call was open.
 */
export type UnfinishedCall = { boot: string; tenant: string; id: string; segment: number };

/** A chain of an earlier boot whose end is not signed, and the last segment that mentions that end. */
export type UnsignedChain = { boot: string; tenant: string; segment: number };

/** What recovery learns from all lines. */
export type SpoolContents = {
  chains: RecordChains;
  open: UnfinishedCall[];
  unsigned: UnsignedChain[];
  /** Whether a line that was confirmed to a caller cannot be read. */
  isDamaged: boolean;
  /** The runs that left something on disk. */
  boots: ReadonlySet<string>;
  /** The run that wrote each segment; empty if that is not readable. */
  writers: ReadonlyMap<number, string>;
};

/** The end of a chain, as the readable lines state it. */
type End = { boot: string; tenant: string; seq: number; segment: number; line: RecordLine | undefined };
/** A number that was assigned, but whose record cannot be read. `text` is what stands in its place. */
type Lost = { boot: string; tenant: string; seq: number; text: string };

const key = (boot: string, tenant: string) => `${boot} ${tenant}`;

/**
 * Collects what the lines say, in their order. Of a damaged record at least the number is known or suspected. That
 * number is not assigned again, because then no one would see that a record is missing.
 */
export class SpoolReading {
  private readonly chains = new RecordChains();
  private readonly ends = new Map<string, End>();
  /** Of each tenant, the last record that a header names, or the run whose chain has the last line. */
  private readonly newest = new Map<string, RunEnd | { boot: string }>();
  private readonly lost = new Map<string, Lost>();
  private readonly open = new Map<string, UnfinishedCall>();
  private readonly boots = new Set<string>();
  private readonly writers = new Map<number, string>();
  private isDamaged = false;
  private segment = 0;
  private boot = '';

  /** The lines from now on are in this segment. */
  begin(segment: number): void {
    this.segment = segment;
    this.boot = '';
    this.writers.set(segment, '');
  }

  /** Heads repeat what was read, unless earlier segments are gone or have lost lines. */
  header({ boot, heads, newest = {}, open }: SegmentHeader): void {
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
    for (const [tenant, end] of Object.entries(newest)) this.newest.set(tenant, end);
    for (const [id, tenant] of Object.entries(open))
      this.open.set(id, { boot, tenant, id, segment: this.segment });
  }

  record(line: RecordLine): void {
    const { kind, boot, tenant, seq, id, opens } = line;
    if (this.boot === '') this.boot = boot;
    this.boots.add(boot);
    this.moveTo({ boot, tenant, seq, segment: this.segment, line });
    if (opens) this.open.set(id, { boot, tenant, id, segment: this.segment });
    if (kind === 'outcome') this.open.delete(id);
  }

  /**
   * A line with a line feed that cannot be read. If its number is not readable either, it may have been the next record
   * of any chain of its run.
   */
  damaged(bytes: Buffer): void {
    this.isDamaged = true;
    const text = bytes.toString('latin1');
    const place = placeIn(text);
    if (place !== undefined && this.boots.has(place.boot) && place.seq === this.nextOf(place)) {
      this.lose({ ...place, text });
      return;
    }
    for (const { boot, tenant } of this.ends.values())
      if (boot === this.boot) this.lose({ boot, tenant, seq: this.nextOf({ boot, tenant }), text });
  }

  private lose(lost: Lost): void {
    this.lost.set(key(lost.boot, lost.tenant), lost);
    this.newest.set(lost.tenant, { boot: lost.boot });
  }

  private nextOf({ boot, tenant }: Pick<End, 'boot' | 'tenant'>): number {
    const chain = key(boot, tenant);
    return Math.max(this.ends.get(chain)?.seq ?? 0, this.lost.get(chain)?.seq ?? 0) + 1;
  }

  result(): SpoolContents {
    const { chains } = this;
    for (const { line } of this.ends.values()) {
      if (line === undefined) continue;
      const { kind, boot, tenant, seq } = line;
      const { record } = JSON.parse(jsonOf(line)) as { record: unknown };
      const hash = canonicalRecordHash(canonicalJson(record));
      this.chains.set(boot, tenant, { seq, hash, signed: isSignedKind(kind) });
    }
    for (const { boot, tenant, seq, text } of this.lost.values())
      this.chains.set(boot, tenant, { seq, hash: canonicalRecordHash(text), signed: false });
    for (const [tenant, end] of this.newest) {
      const head = 'hash' in end ? end : chains.head(end.boot, tenant);
      if (head !== undefined) chains.setNewest(tenant, { boot: end.boot, seq: head.seq, hash: head.hash });
    }
    const { isDamaged, boots, writers } = this;
    const unsigned = chains.unsigned.map(({ boot, tenant }) => {
      const { segment = 0 } = this.ends.get(key(boot, tenant)) ?? {};
      return { boot, tenant, segment };
    });
    return { chains, open: [...this.open.values()], unsigned, isDamaged, boots, writers };
  }

  /** Records after a lost one show the gap by their own numbers. */
  private moveTo(end: End): void {
    const chain = key(end.boot, end.tenant);
    this.ends.set(chain, end);
    this.newest.set(end.tenant, { boot: end.boot });
    if ((this.lost.get(chain)?.seq ?? 0) <= end.seq) this.lost.delete(chain);
  }
}
