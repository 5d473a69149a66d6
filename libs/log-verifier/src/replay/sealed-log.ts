import {
  appendLeaf,
  type CompactRange,
  type LogFault,
  leafHashOfText,
  leafText,
  rangeRoot,
} from '@countersign/audit-log';
import type { Hashing, SealedHead } from '@countersign/contract';
import type { ReplayFaultCode } from '../faults.js';
import type { LeafData, LeafOf } from '../leaf-data.js';
import type { LogClock } from '../log-clock.js';

export type SealedLogState = {
  /** Hashes of the leaves that opened seals have shown, in padded base64. Null if earlier ones were pruned. */
  hashes: string[] | null;
  /** The sealed leaves that stand in the log, and the day on which each happened: days since 1970. */
  inLog: Map<string, number>;
  /** The newest day whose seal is open. */
  openedDay: number | null;
};

const DAY_MS = 86_400_000;
/** A job that opens demands and seals may fail for so many days. Days on which no broker ran do not count. */
const GRACE_DAYS = 3;
/** An extension ends within twelve months of the day on which it is made. */
const LONGEST_GAG_DAYS = 366;

/**
 * The sealed sub-log of a tenant (docs/log.md, Under a gag). Each seal commits to its size and root. When the seal opens, the
 * log shows the hashes of its leaves. Each of them is a leaf that stands in the log by then, or stays closed until a date, by
 * an extension of two people.
 *
 * The access under a gag has another log, `sealed-…`, which `replaySealedLog` verifies.
 */
export class SealedLog {
  constructor(
    private readonly hashing: Hashing,
    private readonly clock: Pick<LogClock, 'running'>,
    readonly state: SealedLogState = { hashes: [], inLog: new Map(), openedDay: null },
  ) {}

  /** Earlier leaves were pruned: what their seals covered is not known. */
  beginMidway(): void {
    this.state.hashes = null;
  }

  /**
   * A leaf that was sealed when it happened, and stands in the log now.
   *
   * @throws LogFault `sealed_mismatch` if a seal of its time is open already and did not cover it
   */
  takeOpened(data: LeafData): void {
    const { type, actor, tenant, commitments } = data.leaf;
    const { happenedAt, ...said } = data.leaf.data;
    const at = data.instant('happenedAt');
    const text = leafText({
      ...{
        v: 1,
        type,
        at: String(happenedAt),
        tenant,
        seq: data.count('step'),
        actor,
        data: said,
        commitments,
      },
    });
    const hash = encode(leafHashOfText(this.hashing, text));
    const day = Math.floor(at / DAY_MS);
    this.state.inLog.set(hash, day);
    this.requireCovered(data, hash, day);
  }

  /**
   * A day's seal was opened.
   *
   * @param sealed what it commits to
   * @throws LogFault `sealed_mismatch`, `seal_overdue`
   */
  takeHead(data: LeafOf<'log.unsealed'>, day: number, sealed: SealedHead | null): void {
    const { state } = this;
    state.openedDay = day;
    if (state.hashes === null) return;
    if (sealed === null) {
      if (state.hashes.length > 0) throw this.mismatch(data, 'the sealed sub-log became shorter.');
    } else {
      this.takeLeaves(data, state.hashes, sealed);
      this.requireOpen(data, state.hashes);
    }
    for (const [hash, happened] of state.inLog) this.requireCovered(data, hash, happened);
  }

  private takeLeaves(data: LeafOf<'log.unsealed'>, hashes: string[], sealed: SealedHead): void {
    const { from, leaves } = data.required('sealed', data.members.sealed);
    if (from !== hashes.length || !isHashes(leaves))
      throw this.mismatch(data, 'the leaves that it shows do not continue those before.');
    hashes.push(...leaves);
    let range: CompactRange = { size: 0, nodes: [] };
    for (const hash of hashes) range = appendLeaf(this.hashing, range, decode(hash));
    if (hashes.length !== sealed.size || encode(rangeRoot(this.hashing, range)) !== sealed.root)
      throw this.mismatch(data, 'the leaves that it shows are not those that were sealed.');
  }

  /** Each leaf stands in the log, or is closed until a date that has not come, by two people. */
  private requireOpen(data: LeafOf<'log.unsealed'>, hashes: readonly string[]): void {
    const { closed } = data.required('sealed', data.members.sealed);
    const allowed = new Set<unknown>();
    for (const { leaves, until, by } of Array.isArray(closed) ? closed.map(asClosed) : []) {
      const isExtended = Array.isArray(by) && new Set(by).size === 2 && by.every(isPerson);
      const end = Date.parse(String(until));
      const isDue = this.clock.running(end, data.at) >= GRACE_DAYS * DAY_MS;
      const isTooFar = end > data.at + (LONGEST_GAG_DAYS + GRACE_DAYS) * DAY_MS;
      if (!isExtended || !(end > 0) || isDue || isTooFar || !Array.isArray(leaves)) continue;
      for (const index of leaves) allowed.add(index);
    }
    hashes.forEach((hash, index) => {
      if (!this.state.inLog.has(hash) && !allowed.has(index))
        throw data.fault(
          'seal_overdue',
          `leaf ${index} of the sealed sub-log is not open, and no two people have extended that to a date within twelve months.`,
        );
    });
  }

  /** A leaf that happened well before an opened day has to be among what that day's seal covers. */
  private requireCovered(data: LeafData, hash: string, happened: number): void {
    const { hashes, openedDay } = this.state;
    if (hashes === null || openedDay === null || happened > openedDay - GRACE_DAYS) return;
    if (!hashes.includes(hash))
      throw this.mismatch(data, 'a leaf that is said to have been sealed was in no seal of its time.');
  }

  private mismatch(data: LeafData, detail: string): LogFault<ReplayFaultCode> {
    return data.fault('sealed_mismatch', detail);
  }
}

/** Leaves that stay closed, as the log says it. Nothing of it is trusted. */
interface Closed {
  leaves?: unknown;
  until?: unknown;
  by?: unknown;
}

const asClosed = (each: unknown): Closed => (typeof each === 'object' && each !== null ? each : {});

const isPerson = (value: unknown): boolean => typeof value === 'string' && value.startsWith('usr_');

const HASH = /^[A-Za-z0-9+/]{43}=$/;
const isHashes = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string' && HASH.test(each));

const encode = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));
const decode = (text: string): Uint8Array => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
