import type { UnchainedRecord } from '@countersign/gateway-protocol';
import { RecentLines } from './recent-lines.js';
import { isSignedKind, type RecordChains, type RecordDraft, type RecordSigner } from './record-chains.js';
import { formatHeader, LineWriter, type RecordLine, readLines } from './record-lines.js';
import { recover, type UnfinishedCall, type UnsignedChain } from './recovery.js';
import { Segments, type SpoolPlace } from './segments.js';
import type { SpoolDisk } from './spool-disk.js';

type SpoolOptions = {
  disk: SpoolDisk;
  /** UUID of this run of the process. */
  boot: string;
  /** Bound on all that waits for the broker. */
  maxBytes: number;
  /** Signs heads and counters as they get their place. */
  sign: RecordSigner;
  /** Bytes beside the segments that count towards the bound. */
  otherBytes?(): number;
  /** Said once for each failed write, with the disk's error, and for each damaged line. */
  onFault(error: unknown): void;
  /** Said for each note that found no room; outcomes are never among them. */
  onDropped(draft: RecordDraft): void;
};

/** A run of records of one boot, ready to be shipped, and where the next one begins. */
export type SpoolBatch = { boot: string; records: RecordLine[]; next: SpoolPlace };

type Waiting = { draft: RecordDraft; flush?: { resolve(): void; reject(error: Error): void } };

const SEGMENT_BYTES = 8 * 1024 * 1024;
const MAX_GROUP = 1_000;
const RETRY_MS = 1_000;
/** Refusals kept in memory while the disk does not take them; those beyond are dropped. */
const MAX_NOTES = 10_000;
/** Share of the spool that each kind may fill: refusals leave room for calls, and those for their outcomes. */
const SHARE: Record<UnchainedRecord['kind'], number> = {
  allowed: 0.95,
  outcome: 1,
  refused: 0.8,
  counters: 0.85,
  head: 0.95,
};

/**
 * The records of this gateway until the broker has them: append-only segments on disk, one fdatasync for all calls
 * that wait at that moment (P5). Nothing counts before it is durable.
 */
export class Spool {
  private waiting: Waiting[] = [];
  private readonly open = new Map<string, string>();
  /** Calls of earlier boots that have no outcome yet, and the segment that has to stay for each. */
  private readonly unsettled: Map<string, number>;
  /** Ends of earlier boots' chains for which nobody has vouched yet, and the segment that has to stay for each. */
  private readonly unsignedEnds: Map<string, number>;
  private draining: Promise<void> | undefined;
  /** From then on the folder may be another process's. */
  private isClosed = false;
  private retry: NodeJS.Timeout | undefined;
  private readonly listeners = new Set<() => void>();
  private readonly writer = new LineWriter();
  private readonly recent = new RecentLines();
  /** Damaged places that were told of: a broker that is away has them read again and again. */
  private readonly reportedDamage = new Set<string>();

  private constructor(
    private readonly options: SpoolOptions,
    private readonly segments: Segments,
    private readonly chains: RecordChains,
    /** Calls of earlier boots without an outcome. What tells of them is not released before each has one. */
    readonly unfinishedCalls: readonly UnfinishedCall[],
    readonly skippedBytes: number,
    unvouched: readonly UnsignedChain[],
    private readonly boots: ReadonlySet<string>,
    private readonly writers: ReadonlyMap<number, string>,
    /** Something that was confirmed could not be read. */
    private isDamaged: boolean,
  ) {
    this.unsettled = new Map(unfinishedCalls.map(({ id, segment }) => [id, segment]));
    this.unsignedEnds = new Map(unvouched.map((chain) => [chainOf(chain), chain.segment]));
  }

  /** Reads what is on disk. Throws the disk's error. */
  static async open(options: SpoolOptions): Promise<Spool> {
    const found = await recover(options.disk);
    const segmentBytes = Math.min(SEGMENT_BYTES, Math.floor(options.maxBytes / 8));
    const segments = new Segments(options.disk, found.segments, segmentBytes);
    const { chains, open, skippedBytes, unvouched, boots, writers, isDamaged } = found;
    return new Spool(options, segments, chains, open, skippedBytes, unvouched, boots, writers, isDamaged);
  }

  /** Whether this run had left something here when the spool was opened. */
  holdsRun(boot: string): boolean {
    return this.boots.has(boot);
  }

  /** False once a record is known to be damaged, or gone before it was shipped. */
  get isWhole(): boolean {
    return !this.isDamaged && !this.segments.hasLost;
  }

  get usedBytes(): number {
    return this.segments.bytes + (this.options.otherBytes?.() ?? 0);
  }

  get maxBytes(): number {
    return this.options.maxBytes;
  }

  /** Behind the last durable record. */
  get end(): SpoolPlace {
    return this.segments.end;
  }

  /** True when every call of earlier boots has its outcome on disk. */
  get areUnfinishedCallsClosed(): boolean {
    return this.unsettled.size === 0;
  }

  /** Records that are not durable yet. */
  get backlog(): number {
    return this.waiting.length;
  }

  /** Chains whose last durable record carries no signature of ours; none while heads are on their way to the disk. */
  get unsigned(): { boot: string; tenant: string }[] {
    const underWay = this.waiting.some(({ draft }) => draft.record.kind === 'head');
    return underWay ? [] : this.chains.unsigned;
  }

  /** The run that has written this segment; numbers come again in a folder that was emptied. */
  writerOf(segment: number): string | undefined {
    if (this.segments.length(segment) === undefined) return undefined;
    return this.writers.get(segment) ?? this.options.boot;
  }

  /** Whether this place can be gone on from: its segment is there, of that run, and reaches so far. */
  holds({ segment, offset }: SpoolPlace, writer: string): boolean {
    return this.writerOf(segment) === writer && offset <= (this.segments.length(segment) ?? -1);
  }

  /** Resolves when the record is durable. Throws RecordUnavailable when it cannot be written, or the spool is full. */
  append(draft: RecordDraft): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.isClosed) return reject(new RecordUnavailable('the spool is closed'));
      this.waiting.push({ draft, flush: { resolve, reject } });
      this.start();
    });
  }

  /** Writes the record as soon as the disk takes it; nobody waits. All but outcomes are dropped when too many pile up. */
  enqueue(draft: RecordDraft): void {
    if (this.isClosed) return;
    if (this.waiting.length >= MAX_NOTES && draft.record.kind !== 'outcome') {
      this.options.onDropped(draft);
      return;
    }
    this.waiting.push({ draft });
    this.start();
  }

  /** Called whenever more has become durable. */
  onDurable(listener: () => void): void {
    this.listeners.add(listener);
  }

  /** The next durable records from a place on, at most about `maxBytes` of them; undefined where there are none. */
  async nextBatch(from: SpoolPlace, maxBytes: number, most = MAX_GROUP): Promise<SpoolBatch | undefined> {
    let place = this.existing(from);
    while (place !== undefined) {
      const end = this.segments.length(place.segment) ?? 0;
      if (place.offset < end) {
        const latest = this.recent.readFrom(place, maxBytes, most);
        if (latest !== undefined) return { boot: latest.records[0]?.boot ?? '', ...latest };
        const piece = await this.readPiece(place, end, maxBytes, most);
        if (piece !== undefined && piece.records.length > 0) return piece;
        place = piece?.next ?? this.existing({ segment: place.segment + 1, offset: 0 });
      } else {
        place = this.existing({ segment: place.segment + 1, offset: 0 });
      }
    }
    return undefined;
  }

  /**
   * Lets go of all before a place: the broker has it. What tells of calls of earlier boots stays until they have their
   * outcomes, and their chains a signature; no more than that, since those may wait for the room that is made here.
   */
  async release(before: SpoolPlace): Promise<void> {
    this.recent.release(before);
    const needed = [...this.unsettled.values(), ...this.unsignedEnds.values()];
    await this.segments.removeBefore(Math.min(before.segment, ...needed));
  }

  /** Resolves when everything given so far is durable, or the disk does not take it now. */
  async settle(): Promise<void> {
    while (this.draining !== undefined) await this.draining;
  }

  /** Waits for what is under way and lets go of the disk: what comes later is refused, and outcomes are the next run's to tell. */
  async close(): Promise<void> {
    await this.settle();
    this.isClosed = true;
    clearTimeout(this.retry);
    await this.segments.close();
  }

  private existing({ segment, offset }: SpoolPlace): SpoolPlace | undefined {
    const first = this.segments.from(segment);
    return first === undefined ? undefined : { segment: first, offset: first === segment ? offset : 0 };
  }

  private async readPiece(
    place: SpoolPlace,
    end: number,
    maxBytes: number,
    most: number,
  ): Promise<SpoolBatch | undefined> {
    const bytes = await this.segments.read(place, Math.min(maxBytes, end - place.offset));
    if (bytes === undefined) return undefined;
    const cut = readLines(bytes);
    if (cut.length === 0) {
      // Either the first line is longer than what was read, or the disk has damaged what ended it.
      if (place.offset + bytes.length < end && bytes.length >= maxBytes) {
        return this.readPiece(place, end, maxBytes * 2, most);
      }
      this.reportDamage(place);
      return { boot: '', records: [], next: { segment: place.segment, offset: end } };
    }
    const records: RecordLine[] = [];
    let taken = 0;
    for (const { line, end: lineEnd } of cut) {
      if (line === undefined) this.reportDamage({ segment: place.segment, offset: place.offset + taken });
      else if ('record' in line) {
        if (records.length >= most || (records[0]?.boot ?? line.record.boot) !== line.record.boot) break;
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
    this.isDamaged = true;
    this.options.onFault(new Error(place));
  }

  private start(): void {
    this.draining ??= this.drain().finally(() => {
      this.draining = undefined;
      // More may have come between the last look at the queue and this moment.
      if (this.hasCallers() || (this.waiting.length > 0 && this.retry === undefined)) this.start();
    });
  }

  private hasCallers(): boolean {
    return this.waiting.some(({ flush }) => flush !== undefined);
  }

  private async drain(): Promise<void> {
    clearTimeout(this.retry);
    this.retry = undefined;
    // One turn later, so that calls decided in the same turn share the write.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0) {
      const group = this.waiting.splice(0, MAX_GROUP);
      const kept = await this.write(group);
      if (kept === undefined) continue;
      this.waiting.unshift(...kept);
      // The disk takes nothing now: whoever waits behind what has to stay would wait for ever.
      if (kept.length === group.length) this.refuseCallers();
      if (!this.hasCallers()) break;
    }
    if (this.waiting.length > 0) this.retry = setTimeout(() => this.start(), RETRY_MS).unref();
  }

  private refuseCallers(): void {
    const callers = this.waiting.filter(({ flush }) => flush !== undefined);
    this.waiting = this.waiting.filter(({ flush }) => flush === undefined);
    for (const { flush } of callers) flush?.reject(new RecordUnavailable('the record could not be written'));
  }

  /** Writes a group. Where that fails, its callers are told and what nobody waits for is given back. */
  private async write(group: Waiting[]): Promise<Waiting[] | undefined> {
    const { writer } = this;
    const places = this.chains.batch(this.options.sign);
    const lines: RecordLine[] = [];
    const lengths: number[] = [];
    const fitting: Waiting[] = [];
    const kept: Waiting[] = [];
    const used = this.usedBytes;
    writer.begin();
    for (const item of group) {
      const { kind, boot } = item.draft.record;
      const { length } = writer;
      // Ends of earlier boots' calls and chains are few, and room is made only once they are written.
      if (boot === this.options.boot && used + length >= this.maxBytes * SHARE[kind]) {
        if (item.flush !== undefined) item.flush.reject(new RecordUnavailable('the spool is full'));
        else if (kind === 'outcome') kept.push(item);
        else this.options.onDropped(item.draft);
        continue;
      }
      lines.push(places.place(item.draft, writer));
      lengths.push(writer.length - length);
      fitting.push(item);
    }
    if (fitting.length === 0) return kept.length > 0 ? kept : undefined;
    try {
      const place = await this.segments.append(writer.group, () => this.header());
      this.recent.add(lines, lengths, place);
    } catch (error) {
      this.options.onFault(error);
      for (const { flush } of fitting)
        flush?.reject(new RecordUnavailable('the record could not be written'));
      return [...fitting.filter(({ flush }) => flush === undefined), ...kept];
    }
    places.commit();
    this.count(lines);
    for (const { flush } of fitting) flush?.resolve();
    for (const listener of this.listeners) listener();
    return kept.length > 0 ? kept : undefined;
  }

  private count(lines: readonly RecordLine[]): void {
    for (const { kind, id, boot, tenant } of lines) {
      if (isSignedKind(kind)) this.unsignedEnds.delete(chainOf({ boot, tenant }));
      // Headers of new segments tell of this boot's chains only.
      else if (boot !== this.options.boot)
        this.unsignedEnds.set(chainOf({ boot, tenant }), this.segments.end.segment);
      if (kind === 'allowed') this.open.set(id, tenant);
      if (kind !== 'outcome') continue;
      this.open.delete(id);
      this.unsettled.delete(id);
    }
  }

  private header(): string {
    const { boot } = this.options;
    return formatHeader({
      v: 1,
      boot,
      heads: this.chains.ofBoot(boot),
      open: Object.fromEntries(this.open),
      voids: this.segments.voids,
    });
  }
}

const chainOf = ({ boot, tenant }: { boot: string; tenant: string }): string => `${boot} ${tenant}`;

/** A record could not be made durable; the call that waits for it must not go on. */
export class RecordUnavailable extends Error {
  override readonly name = 'RecordUnavailable';
  readonly code = 'record_unavailable';
}
