import type { RunEnd, UnchainedRecord } from '@countersign/gateway-protocol';
import { RecentLines } from './recent-lines.js';
import {
  isSignedKind,
  type RecordChains,
  type RecordDraft,
  type RecordSigner,
  type SpoolLane,
} from './record-chains.js';
import { formatHeader, LineWriter, type RecordLine } from './record-lines.js';
import { type RecoveredSpool, recover, type UnfinishedCall } from './recovery.js';
import { Segments, type SpoolPlace } from './segments.js';
import type { SpoolDisk } from './spool-disk.js';
import { type SpoolBatch, SpoolReader } from './spool-reader.js';

type SpoolOptions = {
  disk: SpoolDisk;
  /** UUID of this run of the process. */
  boot: string;
  /** Limit for everything that waits for the broker. */
  maxBytes: number;
  /** Signs heads and counters when they get their place in a chain. */
  sign: RecordSigner;
  /** Absent if the gateway has only this one. */
  lane?: SpoolLane | undefined;
  /** Bytes outside the segments that count towards the limit. */
  otherBytes?(): number;
  /** Called once for each failed write, with the disk's error, and once for each damaged line. */
  onFault(error: unknown): void;
  /** Called for each record that found no room and that no caller waits for. Outcomes are never dropped. */
  onDropped(draft: RecordDraft): void;
};

/** A record could not be made durable. The call that waits for it must not go on. */
export class RecordUnavailable extends Error {
  override readonly name = 'RecordUnavailable';
  readonly code = 'record_unavailable';
}

/** Waits for one record. It is notified once. Neither method may throw. */
export interface RecordWaiter {
  onDurable(): void;
  onUnavailable(error: RecordUnavailable): void;
}

/** A record that is not durable yet. `caller` is undefined if no one waits for it. */
type Waiting = { draft: RecordDraft; caller: RecordWaiter | undefined };

const SEGMENT_BYTES = 8 * 1024 * 1024;
const MAX_GROUP = 1_000;
const RETRY_MS = 1_000;
/** A write that takes longer than this will not be over soon: the disk hangs. */
const STUCK_MS = 5_000;
/**
 * Records that no caller waits for are held this long, so that they share the write and the sync of the next group. A crash
 * meanwhile leaves their calls without an outcome, as any crash does.
 */
const GROUP_WAIT_MS = 5;
/** Records without a caller that are kept in memory while the disk fails. Further ones are dropped. */
const MAX_ENQUEUED = 10_000;
/** The share of the spool that each kind may fill: refusals leave room for calls, and calls for their outcomes. */
const SHARE: Record<UnchainedRecord['kind'], number> = {
  allowed: 0.95,
  outcome: 1,
  refused: 0.8,
  counters: 0.85,
  head: 0.95,
};
/** From this share on other gateways should get the calls: this one soon has no room for them. */
const FULL_SHARE = 0.9;

/**
 * The records of this gateway until the broker has them: append-only segments on disk. One write makes the records of
 * all calls durable that wait at that moment (P5). Nothing counts before it is durable.
 */
export class Spool {
  private waiting: Waiting[] = [];
  /** This boot's allowed calls without an outcome: record id to tenant. */
  private readonly open = new Map<string, string>();
  /** Calls of earlier boots without an outcome: record id to the segment that must stay until they have one. */
  private readonly unfinished: Map<string, number>;
  /** Chains of earlier boots whose end is not signed yet, with the segment that must stay until it is. */
  private readonly unsignedEnds: Map<string, number>;
  private draining: Promise<void> | undefined;
  /** After this another process may own the folder. */
  private isClosed = false;
  private retry: NodeJS.Timeout | undefined;
  /** The broker has everything before this place. */
  private released: SpoolPlace = { segment: 0, offset: 0 };
  /** The disk did not take the last group, or not all of it. */
  private isFailing = false;
  /** A write has failed, and the disk has not taken a probe since. */
  private hasFailed = false;
  private probing: NodeJS.Timeout | undefined;
  /** When the write began that is under way. */
  private writingSince: number | undefined;
  private readonly listeners = new Set<() => void>();
  private readonly writer = new LineWriter();
  private readonly recent = new RecentLines();
  private readonly reader: SpoolReader;
  private readonly chains: RecordChains;

  private constructor(
    private readonly options: SpoolOptions,
    private readonly segments: Segments,
    private readonly recovered: RecoveredSpool,
  ) {
    const { chains, open, unsigned } = recovered;
    this.chains = chains;
    this.unfinished = new Map(open.map(({ id, segment }) => [id, segment]));
    this.unsignedEnds = new Map(unsigned.map((chain) => [chainOf(chain), chain.segment]));
    this.reader = new SpoolReader(segments, this.recent, (error) => options.onFault(error));
  }

  /** Reads what is on disk. Throws the disk's error. */
  static async open(options: SpoolOptions): Promise<Spool> {
    const recovered = await recover(options.disk);
    const segmentBytes = Math.min(SEGMENT_BYTES, Math.floor(options.maxBytes / 8));
    return new Spool(options, new Segments(options.disk, recovered.segments, segmentBytes), recovered);
  }

  /** Calls of earlier boots without an outcome. Their records are not released before each has one. */
  get unfinishedCalls(): readonly UnfinishedCall[] {
    return this.recovered.open;
  }

  /** The last record of each tenant, of any run. */
  get ends(): Record<string, RunEnd> {
    return this.chains.allNewest;
  }

  /** Bytes that recovery skipped: torn, damaged, or declared void. */
  get skippedBytes(): number {
    return this.recovered.skippedBytes;
  }

  /** Whether this run had left something here when the spool was opened. */
  holdsRun(boot: string): boolean {
    return this.recovered.boots.has(boot);
  }

  /** False once a record is known to be damaged, or was removed before it was shipped. */
  get isWhole(): boolean {
    return !this.recovered.isDamaged && !this.reader.hasFoundDamage && !this.segments.hasLost;
  }

  get usedBytes(): number {
    return this.segments.bytes + (this.options.otherBytes?.() ?? 0);
  }

  get maxBytes(): number {
    return this.options.maxBytes;
  }

  /** Whether calls will soon find no room, or find none already. */
  get isFull(): boolean {
    return this.usedBytes >= this.maxBytes * FULL_SHARE;
  }

  /**
   * Whether the disk takes no records. After a failed write this is known from a probe once a second, so that it also changes if no
   * call comes.
   */
  get isDiskFaulty(): boolean {
    const { writingSince } = this;
    return this.hasFailed || (writingSince !== undefined && performance.now() - writingSince > STUCK_MS);
  }

  /** The place after the last durable record. */
  get end(): SpoolPlace {
    return this.segments.end;
  }

  /** True when every call of earlier boots has its outcome on disk. */
  get areUnfinishedCallsClosed(): boolean {
    return this.unfinished.size === 0;
  }

  /** Records that are not durable yet. */
  get backlog(): number {
    return this.waiting.length;
  }

  /** Chains whose last durable record is not signed; none while heads are on their way to the disk. */
  get unsigned(): { boot: string; tenant: string }[] {
    const headsAreWaiting = this.waiting.some(({ draft }) => draft.record.kind === 'head');
    return headsAreWaiting ? [] : this.chains.unsigned;
  }

  /** The run that wrote this segment. A folder that was emptied uses the same segment numbers again. */
  writerOf(segment: number): string | undefined {
    if (this.segments.length(segment) === undefined) return undefined;
    return this.recovered.writers.get(segment) ?? this.options.boot;
  }

  /** Whether reading can continue from this place: its segment exists, is of that run, and is long enough. */
  holds({ segment, offset }: SpoolPlace, writer: string): boolean {
    return this.writerOf(segment) === writer && offset <= (this.segments.length(segment) ?? -1);
  }

  /** Resolves when the record is durable. Rejects with RecordUnavailable if it cannot be written or the spool is full. */
  append(draft: RecordDraft): Promise<void> {
    return new Promise((resolve, reject) => {
      this.appendFor(draft, { onDurable: resolve, onUnavailable: reject });
    });
  }

  /** The same without a promise: every call has such a record. A spool that is closed notifies the caller at once. */
  appendFor(draft: RecordDraft, caller: RecordWaiter): void {
    if (this.isClosed) {
      caller.onUnavailable(new RecordUnavailable('the spool is closed'));
      return;
    }
    this.waiting.push({ draft, caller });
    this.start();
  }

  /** Writes the record as soon as the disk takes it. If too many wait, all but outcomes are dropped. */
  enqueue(draft: RecordDraft): void {
    if (this.isClosed) return;
    if (this.waiting.length >= MAX_ENQUEUED && draft.record.kind !== 'outcome') {
      this.options.onDropped(draft);
      return;
    }
    this.waiting.push({ draft, caller: undefined });
    if (this.draining === undefined && this.retry === undefined) this.startIn(GROUP_WAIT_MS);
  }

  /** Calls the listener whenever more has become durable. */
  onDurable(listener: () => void): void {
    this.listeners.add(listener);
  }

  /** The next durable records from a place on, about `maxBytes` of them at most; undefined if there are none. */
  nextBatch(from: SpoolPlace, maxBytes: number, maxRecords = MAX_GROUP): Promise<SpoolBatch | undefined> {
    return this.reader.nextBatch(from, maxBytes, maxRecords);
  }

  /**
   * Releases everything before a place: the broker has it. Segments with unfinished calls or unsigned chains of earlier
   * boots stay until those are finished and signed. Nothing else stays: their last records may need the room.
   */
  async release(before: SpoolPlace): Promise<void> {
    this.recent.release(before);
    this.released = before;
    await this.removeReleased();
  }

  /** Resolves when everything given so far is durable, or the disk does not take it now. */
  async flush(): Promise<void> {
    do {
      if (this.waiting.length > 0) this.start();
      await this.draining;
    } while (this.waiting.length > 0 && !this.isFailing);
  }

  /** Flushes and lets go of the disk. Later appends are rejected; the next run records the outcomes that are missing. */
  async close(): Promise<void> {
    await this.flush();
    this.isClosed = true;
    clearTimeout(this.retry);
    clearTimeout(this.probing);
    await this.segments.close();
  }

  private async removeReleased(): Promise<void> {
    const needed = [...this.unfinished.values(), ...this.unsignedEnds.values()];
    await this.segments.removeBefore(this.released, Math.min(Number.POSITIVE_INFINITY, ...needed));
  }

  private start(): void {
    this.draining ??= this.drain().finally(() => {
      this.draining = undefined;
      // More may have come between the last look at the queue and this moment.
      if (this.hasCallers()) this.start();
      else if (this.waiting.length > 0) this.startIn(this.isFailing ? RETRY_MS : GROUP_WAIT_MS);
    });
  }

  private startIn(milliseconds: number): void {
    this.retry ??= setTimeout(() => this.start(), milliseconds).unref();
  }

  private hasCallers(): boolean {
    return this.waiting.some(({ caller }) => caller !== undefined);
  }

  private async drain(): Promise<void> {
    clearTimeout(this.retry);
    this.retry = undefined;
    // Calls that are decided in the same turn of the event loop share one write.
    await new Promise((resolve) => setImmediate(resolve));
    do {
      const group = this.waiting.splice(0, MAX_GROUP);
      const waiting = await this.write(group);
      this.isFailing = waiting !== undefined;
      if (waiting === undefined) continue;
      this.waiting.unshift(...waiting);
      // The disk takes nothing now. Reject queued appends; otherwise they hang behind records that cannot be written.
      if (waiting.length === group.length) this.refuseCallers();
    } while (this.hasCallers());
  }

  private refuseCallers(): void {
    const callers = this.waiting.filter(({ caller }) => caller !== undefined);
    this.waiting = this.waiting.filter(({ caller }) => caller === undefined);
    for (const { caller } of callers)
      caller?.onUnavailable(new RecordUnavailable('the record could not be written'));
  }

  /**
   * Writes a group. If that fails, its callers are rejected, and the records that no caller waits for are returned, to be
   * tried again.
   */
  private async write(group: Waiting[]): Promise<Waiting[] | undefined> {
    const { writer } = this;
    const places = this.chains.batch(this.options.sign, this.options.lane);
    const lines: RecordLine[] = [];
    const lengths: number[] = [];
    const fitting: Waiting[] = [];
    const rest: Waiting[] = [];
    const used = this.usedBytes;
    writer.begin();
    for (const item of group) {
      const { kind, boot } = item.draft.record;
      const { length } = writer;
      // The last records of earlier boots are few, and their segments can be removed only after they are written.
      if (boot === this.options.boot && used + length >= this.maxBytes * SHARE[kind]) {
        if (item.caller !== undefined) item.caller.onUnavailable(new RecordUnavailable('the spool is full'));
        else if (kind === 'outcome') rest.push(item);
        else this.options.onDropped(item.draft);
        continue;
      }
      lines.push(places.place(item.draft, writer));
      lengths.push(writer.length - length);
      fitting.push(item);
    }
    if (fitting.length === 0) return rest.length > 0 ? rest : undefined;
    try {
      this.writingSince = performance.now();
      const place = await this.segments.append(
        writer.group,
        () => this.header(),
        () => this.removeReleased().catch((error: unknown) => this.options.onFault(error)),
      );
      this.writingSince = undefined;
      this.recent.add(lines, lengths, place);
    } catch (error) {
      this.writingSince = undefined;
      this.hasFailed = true;
      this.probeLater();
      this.options.onFault(error);
      for (const { caller } of fitting)
        caller?.onUnavailable(new RecordUnavailable('the record could not be written'));
      return [...fitting.filter(({ caller }) => caller === undefined), ...rest];
    }
    places.commit();
    this.trackWritten(lines);
    for (const { caller } of fitting) caller?.onDurable();
    for (const listener of this.listeners) listener();
    return rest.length > 0 ? rest : undefined;
  }

  private probeLater(): void {
    const probe = async () => {
      this.probing = undefined;
      await this.options.disk.probe().then(
        () => {
          this.hasFailed = false;
        },
        () => !this.isClosed && this.probeLater(),
      );
    };
    this.probing ??= setTimeout(() => void probe(), RETRY_MS).unref();
  }

  private trackWritten(lines: readonly RecordLine[]): void {
    for (const { kind, id, boot, tenant, opens } of lines) {
      if (isSignedKind(kind)) this.unsignedEnds.delete(chainOf({ boot, tenant }));
      // Headers of new segments describe only this boot's chains.
      else if (boot !== this.options.boot)
        this.unsignedEnds.set(chainOf({ boot, tenant }), this.segments.end.segment);
      if (opens) this.open.set(id, tenant);
      if (kind !== 'outcome') continue;
      this.open.delete(id);
      this.unfinished.delete(id);
    }
  }

  private header(): string {
    const { boot } = this.options;
    return formatHeader({
      v: 1,
      boot,
      heads: this.chains.ofBoot(boot),
      newest: this.chains.newestOfOthers(boot),
      open: Object.fromEntries(this.open),
      voids: this.segments.voids,
    });
  }
}

const chainOf = ({ boot, tenant }: { boot: string; tenant: string }): string => `${boot} ${tenant}`;
