import type {
  AccessRecordView,
  CommittedName,
  EventData,
  EventType,
  OutcomeMember,
  ReviewSide,
  ToSign,
} from '@countersign/contract';
import type { Erasure } from '../domain/erasure.js';
import type { LegalHold, LogSettings } from '../domain/log-settings.js';
import type { LogDaysRepository } from './log-days.js';
import type { Entry, ListFilter, Page, PageQuery } from './repository.js';
import type { NewKey } from './signers.js';

/** A tenant's access records, and how its log is kept. The log is not among them: see `EventLog` and `EventReads`. */
export interface LogRepositories {
  erasures: Entry<ErasureRepository, 'erase' | 'forget'>;
  statements: Entry<StatementRepository, 'insert' | 'expect' | 'wantHeads'>;
  logSettings: Entry<LogSettingsRepository, 'save' | 'hold' | 'release'>;
  records: Entry<RecordRepository, 'insert' | 'complete' | 'cursors' | 'moveCursors' | 'closeChains'>;
  days: Entry<LogDaysRepository, keyof LogDaysRepository>;
  handOvers: Entry<HandOverRepository, 'has' | 'note'>;
}

/** An event of one type before it becomes a leaf. Personal values are given in `personal` and become salted commitments. */
export interface DraftOf<T extends EventType> {
  type: T;
  /** RFC 3339 UTC. */
  at: string;
  /** `usr_…`, `gtw_…`, `job` or `host`. */
  actor: string;
  data: EventData<T>;
  /** Commitments that exist already (their openings are saved elsewhere), by name. */
  commitments?: { readonly [Name in CommittedName<T>]?: string };
  personal?: { readonly [Name in CommittedName<T>]?: string };
  /**
   * Who may open these commitments, all of them or by name: slugs, `vendor`, or `deployment` for every tenant. Absent: the
   * tenant whose log it is; in the deployment's log and in the vendor's own the vendor.
   */
  openTo?: readonly string[] | Readonly<Record<string, readonly string[]>>;
}

/** An event of any type. */
export type EventDraft = { [T in EventType]: DraftOf<T> }[EventType];

/** Refuses members that the type of the event does not declare, also where TypeScript lets an object have more than its type. */
export type NoOtherMember<D extends EventDraft> = {
  data: Readonly<Partial<Record<Exclude<keyof D['data'], keyof EventData<D['type']>>, never>>>;
};

/** The state of a log that a signed statement commits to. */
export interface LogHead {
  /** 1, and one more after each restore from a backup. */
  epoch: number;
  /** Number of leaves. */
  size: number;
  /** RFC 6962 root of the leaves, padded base64 as in a checkpoint. */
  root: string;
}

/** A tenant's log as a unit of work writes it. */
export interface EventLog {
  /** Appends in the transaction of the change. The index is gap-free per tenant. */
  append<D extends EventDraft>(draft: D & NoOtherMember<D>): Promise<{ index: number }>;
  /** Appends many, in this order. */
  appendAll(drafts: readonly EventDraft[]): Promise<void>;
  /**
   * Deletes the leaves from `from`, the minimum index, up to but not including `before`, a multiple of 256 below the size. The
   * hashes on the levels above stay. The caller appends the leaf that says so.
   *
   * @returns false if the log begins elsewhere by now, because another broker was faster
   */
  prune(from: number, before: number): Promise<boolean>;
  /** The head as of now, including what this unit has appended. */
  head(): Promise<LogHead>;
}

/** One leaf of a tenant's log, as the API returns it. `leaf` is the canonical JSON text. */
export interface StoredEvent {
  index: number;
  hash: string;
  leaf: string;
}

/** A tenant's log as a unit of reads sees it. */
export interface EventReads {
  /** Newest first; the cursor is an index. Filters narrow to leaves that name this request, grant or requester. */
  list(
    filter: {
      requester?: string;
      request?: string;
      grant?: string;
      from?: string;
      to?: string;
      types?: readonly EventType[];
    },
    page: PageQuery,
  ): Promise<Page<StoredEvent>>;
  head(): Promise<LogHead>;
  /**
   * Hashes of 32 bytes, by their place on a level of tiles (C2SP tlog-tiles): level 0 has the leaves, level 1 the roots
   * of full tiles of leaves. From `from` up to but not including `to`; fewer where the log ends.
   */
  hashes(level: number, from: number, to: number): Promise<Uint8Array[]>;
  /**
   * How many leaves at the beginning have been pruned (C2SP tlog-tiles, minimum index): a multiple of 256, 0 if none have.
   * Hashes on the levels above them stay.
   */
  minimumIndex(): Promise<number>;
  /** The time of the newest leaf that was pruned; null if none was. Leaves need not be in the order of their times. */
  prunedUntil(): Promise<string | null>;
  /** The time of the newest of these leaves; null if there are none. */
  newestOf(from: number, to: number): Promise<string | null>;
  /** Leaves of some types by their time: oldest first, or newest first. At most `limit`. */
  timed(query: TimedLeaves): Promise<TimedLeaf[]>;
  /**
   * Indices of the leaves of these types that have this commitment, and under which name. Reads the whole log: for what
   * happens rarely.
   */
  leavesWith(commitment: string, types: readonly EventType[]): Promise<{ index: number; name: string }[]>;
  /**
   * The RFC 6962 root of the first `size` leaves, padded base64; undefined if the log has fewer, or has pruned what it takes
   * to compute it.
   */
  rootAt(size: number): Promise<string | undefined>;
  /** The leaves' canonical JSON, from index `from` up to but not including `to`; fewer where the log ends. */
  leaves(from: number, to: number): Promise<string[]>;
  /**
   * Leaves with their hashes, in order, from index `from` up to but not including `to`; fewer where the log ends.
   * @param span only those whose time lies in it
   */
  stored(from: number, to: number, span?: TimeSpan): Promise<StoredEvent[]>;
  /** The index of the first leaf, from this index on, whose time lies in the span; null if there is none. */
  firstWithin(span: TimeSpan, from: number): Promise<number | null>;
  /** The index of the last leaf before this index whose time lies in the span; null if there is none. */
  lastWithin(span: TimeSpan, before: number): Promise<number | null>;
}

/** From `from` on, before `to`: RFC 3339 instants. An absent end is open. */
export interface TimeSpan {
  from?: string;
  to?: string;
}

/** Where the store keeps a value of a leaf besides its opening: ids of the objects that the leaf is about. */
export interface ErasedCopies {
  /** The review whose reason it is. */
  review?: string;
  /** The access record whose path it is. */
  record?: string;
  /** The lock, or the reset of trust, whose reason it is. */
  lock?: string;
  reset?: string;
  /** Answers that are kept under an Idempotency-Key are deleted if they name one of these objects. */
  objects: readonly string[];
}

export interface ErasureRepository {
  /** What was erased of these commitments, by commitment. */
  of(commitments: readonly string[]): Promise<Map<string, Erasure>>;
  /**
   * Deletes the openings of these commitments that this tenant may open, and every copy of their values, and records that
   * it was done. What the tenant's log and other objects say with them stays: they hold commitments alone.
   */
  erase(erased: readonly Erasure[], copies: ErasedCopies): Promise<void>;
  /** Deletes what the store keeps beside leaves that are pruned: openings, access records, reasons of reviews. */
  forget(of: {
    commitments: readonly string[];
    records: readonly string[];
    reviews: readonly string[];
  }): Promise<void>;
}

export interface LogSettingsRepository {
  read(): Promise<LogSettings>;
  save(settings: LogSettings): Promise<void>;
  /** Legal holds, by side. */
  holds(): Promise<LegalHold[]>;
  /** @returns false if this side holds already */
  hold(hold: LegalHold): Promise<boolean>;
  /** @returns false if this side holds nothing */
  release(side: ReviewSide): Promise<boolean>;
}

/** Which leaves, by their time. */
export interface TimedLeaves {
  types: readonly EventType[];
  from?: string;
  to?: string;
  newestFirst?: boolean;
  /** Continues behind this leaf. */
  after?: { at: string; index: number };
  limit: number;
}

export interface TimedLeaf {
  index: number;
  at: string;
  /** Canonical JSON. */
  leaf: string;
}

/** A statement of one UTC day's accesses, as it was signed. */
export interface DailyStatementRow {
  /** `YYYY-MM-DD` */
  day: string;
  /** True if every gateway has signed a head past the day's end. */
  isComplete: boolean;
  /** How many calls were allowed. */
  accesses: number;
  /** Size and root of the log that it names. */
  size: number;
  root: string;
  /** The signed note. */
  note: string;
  madeAt: string;
}

export interface StatementRepository {
  find(day: string): Promise<DailyStatementRow | null>;
  /** Newest day first; the cursor is a day. */
  list(page: PageQuery): Promise<Page<Omit<DailyStatementRow, 'note'>>>;
  /** The next day whose statement is due; null if none is wanted. */
  next(): Promise<string | null>;
  /** Sets the next day; null: none. */
  expect(day: string | null): Promise<void>;
  insert(statement: DailyStatementRow): Promise<void>;
  /** Has gateways sign their chains in this log once more after this instant. A later instant replaces an earlier one. */
  wantHeads(after: string): Promise<void>;
  /** Up to when each gateway has signed its chains in this log, all of its lanes, by gateway. */
  lastHeads(): Promise<Map<string, string>>;
}

/** A log at one size, as it was signed. `note` is a C2SP signed note; `root` is padded base64. */
export interface StoredCheckpoint {
  epoch: number;
  size: number;
  root: string;
  note: string;
  signedAt: string;
}

/**
 * A checkpoint that the log's own key signed, and that the log as it is now does not continue: the database went back or was
 * changed. `note` is a C2SP signed note; `root` is padded base64.
 */
export interface SeenCheckpoint {
  epoch: number;
  size: number;
  root: string;
  note: string;
  seenAt: string;
}

/** What a witness answered last: the newest checkpoint that it signed in this epoch, when, and why not more. */
export interface WitnessState {
  epoch: number;
  /** Null if there is none yet. */
  size: number | null;
  /** RFC 3339. */
  signedAt: string | null;
  /** The checkpoint that it signed, with its cosignature: a C2SP signed note. */
  note: string | null;
  /** Why its last answer was no signature; null if it was one. */
  error: string | null;
  /** When people were notified that it is missing; null if they were not, or it has signed since. */
  alarmedAt: string | null;
}

/** What a log is, and what it has signed, all as of one moment. */
export interface SignedLog {
  log: string;
  head: LogHead;
  newest: StoredCheckpoint | null;
  seen: SeenCheckpoint | null;
}

/** The newest signed checkpoint of each log, by the log's name: a tenant's slug, `deployment` or `vendor`. */
export interface CheckpointRepository {
  /** Each of these logs, in this order. */
  signed(logs: readonly string[]): Promise<SignedLog[]>;
  newest(log: string): Promise<StoredCheckpoint | null>;
  /** Names of all logs that have leaves. */
  logs(): Promise<string[]>;
  /** The largest checkpoint that this log does not continue; null if none has been seen. */
  seen(log: string): Promise<SeenCheckpoint | null>;
  /** The logs, at most so many, of which such a checkpoint has been seen in this epoch or a later one. */
  stopped(limit: number): Promise<string[]>;
  /** Keeps it if it is the largest. @returns whether it is the first of this log in its epoch or a later one */
  keepSeen(log: string, checkpoint: SeenCheckpoint): Promise<boolean>;
  /** What the witnesses of a log answered last, by their verifier keys. */
  witnessStates(log: string): Promise<Map<string, WitnessState>>;
  keepWitnessState(log: string, vkey: string, state: WitnessState): Promise<void>;
  /** Names of logs, at most so many, that have leaves which no signed checkpoint covers. */
  behind(limit: number): Promise<string[]>;
  /** Replaces the newest checkpoint by a larger one. @returns false if the log has signed one that is as large or larger */
  advance(log: string, checkpoint: StoredCheckpoint): Promise<boolean>;
  /** Replaces the note of the newest checkpoint if it is still of this size. */
  addSignatures(log: string, at: { epoch: number; size: number }, note: string): Promise<boolean>;
}

/** A log that lacks a hand-over, and what the replaced key has to sign for it (docs/log.md, New keys), in this epoch. */
export interface MissingHandOver {
  log: string;
  epoch: number;
  toSign: ToSign<{ vkey: string; replaces: string; signature: string }>;
}

/** Which logs have the leaf `log.key` that hands over to a key. */
export interface HandOverRepository {
  /** Logs, at most so many, that have leaves and not this one. */
  missing(keys: { replaced: NewKey; next: NewKey }, limit: number): Promise<MissingHandOver[]>;
  /** Whether this log has it. */
  has(kid: string): Promise<boolean>;
  /** In the transaction of the leaf. It fails if the log has it. */
  note(kid: string, seq: number): Promise<void>;
}

/** How a call ended, by the id of its record. */
export type RecordOutcome = Pick<AccessRecordView, 'id' | OutcomeMember>;

/** Access records of a tenant, with the positions of the gateways' chains. Always many at once. */
export interface RecordRepository {
  list(filter: ListFilter, page: PageQuery): Promise<Page<AccessRecordView>>;
  /** Slugs of the tenants that have an open chain with this gateway. */
  tenantsOfOpenChains(gateway: string): Promise<string[]>;
  /** Those of these uses that an allowed record of this tenant shows already. */
  usedBefore(uses: readonly ResourceUse[]): Promise<ResourceUse[]>;
  /** How many calls under this grant were allowed since this instant. */
  countAllowed(grant: { id: string; tenant: string }, since: string): Promise<number>;
  insert(records: readonly AccessRecordView[]): Promise<void>;
  /** Those of these records that were allowed. */
  allowed(ids: readonly string[]): Promise<AccessRecordView[]>;
  /** Merges outcomes into their allowed records. Outcomes without such a record are ignored. */
  complete(outcomes: readonly RecordOutcome[]): Promise<void>;
  /** The positions of these chains in this tenant. A chain without any record is left out. */
  cursors(names: readonly ChainName[]): Promise<(RecordChain & ChainName)[]>;
  /** Moves chains' ends and last heads. A closed chain is open again. */
  moveCursors(
    moved: readonly (ChainName & Pick<RecordChain, 'seq' | 'hash' | 'head'>)[],
    at: string,
  ): Promise<void>;
  /** When the database was last restored from a backup; null if it never was. */
  restoredAt(): Promise<string | null>;
  /** Closes all open chains of a gateway in this tenant. @returns the chain that moved last; null if none is open */
  closeChains(gateway: string, at: string): Promise<RecordChain | null>;
}

/** The last record that a gateway's identity signed: its number, its hash, when, and the signature (base64url). */
export type ChainVouch = {
  seq: number;
  hash: string;
  at: string;
  signature: string;
  /** Absent if its gateway has a single lane. */
  lane?: { number: number; of: number };
};

/** One engineer's use of one resource of a service. */
export interface ResourceUse {
  person: string;
  service: string;
  resource: string;
}

/** Each run (boot) of a gateway has one chain in each tenant. */
export type ChainName = { gateway: string; boot: string };

/** A chain of records up to the last one that the broker has taken, at `movedAt`; `closedAt` once its gateway has vanished. */
export interface RecordChain {
  boot: string;
  seq: number;
  hash: string;
  head: ChainVouch | null;
  movedAt: string | null;
  closedAt: string | null;
}
