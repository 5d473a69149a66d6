import { encodeLeaf } from '@countersign/audit-log';
import {
  ContractError,
  type Hashing,
  isSealedLog,
  type Opening,
  openCommitment,
  parseSealedDay,
  RETENTION_DAYS,
  SEAL,
  type SealedDay,
} from '@countersign/contract';
import { fault, type Warnings } from '../faults.js';
import type { LeafData, LeafOf } from '../leaf-data.js';
import { type LogClock, overlap } from '../log-clock.js';
import type { DeploymentPoint, RestoredEpoch } from '../named-points.js';
import { SealedLog, type SealedLogState } from './sealed-log.js';

export type LogEventState = {
  /** The UTC day of the first leaf, and the newest sealed day: days since 1970. */
  birth: number | null;
  sealedDay: number | null;
  /** Length of a sealed leaf without the digits of its number. */
  sealLength: number | null;
  sealedLog: SealedLogState | undefined;
  /** Days that are sealed and not opened yet, by the index of their leaf. */
  sealed: Map<number, { day: number; commitment: string }>;
  /** A sealed leaf after which a statement of what is open has to come, and its time; null once it has. */
  owesStatement: { leaf: number; at: number } | null;
  /** Each epoch that a restore began, and how many leaves it kept. */
  restored: RestoredEpoch[];
  prunedBefore: number;
  /** The newest point of the deployment's log. */
  deployment: DeploymentPoint | null;
  /** Sealed logs that this log has a head of. */
  sealedLogs: Set<string>;
};

const DAY_MS = 86_400_000;
/** A job seals each day soon after it is over. If it fails for a tenant, it has so long while brokers are running. */
const LONGEST_UNSEALED_MS = 2 * DAY_MS;
/** Seals are opened after twelve months. A job that fails has a month more while brokers are running. */
const SEALED_DAYS = 366;
const LONGEST_OVERDUE_MS = 31 * DAY_MS;

/** A log keeps its leaves for so long, whatever its tenant wants (docs/log.md, Retention). */
const LEAST_RETENTION_DAYS = RETENTION_DAYS.least;

/** What a log says of itself: sealed days, restores, pruned tiles, and where the deployment's log stood. */
export class LogEvents {
  readonly #sealedLog: SealedLog;
  /** The first leaf that was read, of a log whose earlier leaves were pruned; and the first day that it seals. */
  #midway: { start: number; prunedAt: number | null; day: number | null } | undefined;

  constructor(
    private readonly hashing: Hashing,
    private readonly options: {
      warnings: Warnings;
      /** The time of the log. Whoever gives the leaves lets it know theirs. */
      clock: LogClock;
      readsOpenings: boolean;
      /** Reads the opening of an earlier seal. */
      openSeal: (leaf: number) => Promise<Opening | undefined>;
      onDeployment: (point: DeploymentPoint, data: LeafData) => void;
    },
    readonly state: LogEventState = {
      ...{ birth: null, sealedDay: null, sealLength: null, sealed: new Map(), owesStatement: null },
      ...{ restored: [], prunedBefore: 0, deployment: null, sealedLog: undefined },
      sealedLogs: new Set(),
    },
  ) {
    this.#sealedLog = new SealedLog(hashing, options.clock, state.sealedLog);
    state.sealedLog = this.#sealedLog.state;
  }

  take(data: LeafOf): void | Promise<void> {
    if (data.index === 0) this.state.birth = Math.floor(data.at / DAY_MS);
    if ('happenedAt' in data.members) this.#sealedLog.takeOpened(data);
    if (data.type === 'demand.accessed') {
      const name = data.members.log;
      // Readers look for the log in a folder, or at an address, of this name.
      if (!isSealedLog(name)) throw data.fault('sealed_mismatch', 'what it has a head of is no sealed log.');
      this.state.sealedLogs.add(name);
    }
    switch (data.type) {
      case 'log.sealed':
        return this.takeSeal(data);
      case 'standing.stated':
        this.state.owesStatement = null;
        return;
      case 'log.unsealed':
        return this.takeUnseal(data);
      case 'log.restored':
        return this.takeRestore(data);
      case 'log.pruned':
        return this.takePruning(data);
      case 'deployment.checkpoint':
        return this.takeDeployment(data);
    }
  }

  /** Earlier leaves were pruned, and no one has verified them. */
  beginMidway(start: number): void {
    this.#midway = { start, prunedAt: null, day: null };
    this.#sealedLog.beginMidway();
  }

  /** @throws LogFault `wrong_pruning`, `seal_missing`, `seal_overdue`, `standing_differs` */
  finish(data: LeafData | undefined): void {
    this.requireOldEnough(data);
    const { clock } = this.options;
    const { sealedDay, birth, sealed } = this.state;
    if (data === undefined) return;
    this.requireStatement();
    const next = sealedDay === null ? birth : sealedDay + 1;
    if (next !== null && clock.running((next + 1) * DAY_MS, clock.now) > LONGEST_UNSEALED_MS)
      throw data.fault('seal_missing', `the day ${dayText(next)} has no sealed leaf.`);
    const overdue = [...sealed].find(
      ([, { day }]) => clock.running((day + 1 + SEALED_DAYS) * DAY_MS, clock.now) > LONGEST_OVERDUE_MS,
    );
    if (overdue === undefined) return;
    const [leaf, { day }] = overdue;
    throw data.fault('seal_overdue', `the seal of ${dayText(day)} (leaf ${leaf}) was not opened.`);
  }

  /**
   * What was pruned was old, as the log's days show: each day is sealed when it is over, so the pruned leaves are from before
   * the first seal that is left.
   */
  private requireOldEnough(data: LeafData | undefined): void {
    if (this.#midway === undefined || data === undefined) return;
    const { prunedAt, day, start } = this.#midway;
    const isOld =
      prunedAt !== null && day !== null && day <= Math.floor(prunedAt / DAY_MS) - LEAST_RETENTION_DAYS + 1;
    if (!isOld)
      throw data.fault(
        'wrong_pruning',
        `leaves before ${start} were pruned less than ${LEAST_RETENTION_DAYS} days after they were written, as the sealed days show.`,
      );
  }

  /** The statement of what is open commits with the sealed leaf of yesterday, and says who serves the tenant. */
  private requireStatement(): void {
    const { owesStatement } = this.state;
    if (owesStatement !== null)
      throw fault(
        'standing_differs',
        'no statement of what is open follows this sealed leaf.',
        owesStatement.leaf,
      );
  }

  /** Whether no broker ran for some time between the end of the day and its seal. Then the days until now are sealed at once. */
  private wasSealedAfterOutage(day: number, at: number): boolean {
    const late = { from: (day + 1) * DAY_MS, to: at };
    return this.options.clock.state.outages.some((outage) => overlap(outage, late) > 0);
  }

  private takeSeal(data: LeafOf<'log.sealed'>): void {
    const { state } = this;
    const day = dayOf(data);
    // Days that were missed are sealed together, and one statement follows.
    if (state.owesStatement?.at !== data.at) this.requireStatement();
    if (day === Math.floor(data.at / DAY_MS) - 1 || !this.wasSealedAfterOutage(day, data.at))
      state.owesStatement = { leaf: data.index, at: data.at };
    if (this.#midway !== undefined) this.#midway.day ??= day;
    const expected = state.sealedDay === null ? state.birth : state.sealedDay + 1;
    if (state.sealedDay !== null && day <= state.sealedDay)
      throw data.fault('seal_repeated', `the day ${data.members.day} was sealed before.`);
    if (expected !== null && day > expected)
      throw data.fault('seal_missing', `the day ${dayText(expected)} has no sealed leaf.`);
    const own = encodeLeaf(data.leaf).length - String(data.index).length - data.leaf.at.length;
    if (state.sealLength !== null && own !== state.sealLength)
      throw data.fault('seal_length', 'the sealed leaf is longer or shorter than those before.');
    Object.assign(state, { sealedDay: day, sealLength: own });
    state.sealed.set(data.index, { day, commitment: data.leaf.commitments[SEAL] ?? '' });
  }

  private async takeUnseal(data: LeafOf<'log.unsealed'>): Promise<void> {
    const leaf = data.count('leaf');
    const sealed = this.state.sealed.get(leaf);
    if (sealed?.day !== dayOf(data))
      throw data.fault('seal_overdue', 'what is opened is no seal of that day.');
    this.state.sealed.delete(leaf);
    if (!this.options.readsOpenings) return;
    const opening = await this.options.openSeal(leaf);
    if (opening === undefined)
      throw data.fault('missing_opening', `the seal of leaf ${leaf} is said to be open, and is not.`);
    const isOfIt = openCommitment(this.hashing, SEAL, opening, sealed.commitment);
    const content = sealedDayOf(opening);
    if (!isOfIt || content?.day !== data.members.day)
      throw data.fault(
        'false_opening',
        `what is served for the seal of leaf ${leaf} is not what was sealed.`,
      );
    this.#sealedLog.takeHead(data, sealed.day, content.sealed);
  }

  /** What it may say, `LogSuccession` checks. */
  private takeRestore(data: LeafOf<'log.restored'>): void {
    const { origin } = data.members.previous;
    const [kept, lost, epoch] = [data.count('kept'), data.count('lost'), data.count('epoch')];
    this.state.restored.push({ epoch, index: data.index, kept });
    this.options.warnings.add('restored', `Restored: ${lost} leaves of ${origin} were lost.`, data.index);
  }

  private takePruning(data: LeafOf<'log.pruned'>): void {
    const before = data.count('before');
    if (before > data.index || before < this.state.prunedBefore)
      throw data.fault('wrong_pruning', 'tiles were pruned beyond the end of the log, or come back.');
    this.state.prunedBefore = before;
    if (this.#midway !== undefined && before >= this.#midway.start) this.#midway.prunedAt ??= data.at;
    this.options.warnings.add('pruned', `Leaves below ${before} are no longer served.`, data.index);
  }

  private takeDeployment(data: LeafOf<'deployment.checkpoint'>): void {
    const point = {
      index: data.index,
      origin: data.members.origin,
      size: data.count('size'),
      root: data.members.root,
    };
    const before = this.state.deployment;
    if (before !== null && before.origin === point.origin && point.size < before.size)
      throw data.fault('deployment_forked', 'the deployment’s log became shorter.');
    this.state.deployment = point;
    this.options.onDeployment(point, data);
  }
}

/** The day that a seal names; undefined if what it holds is no sealed day. */
function sealedDayOf({ value }: Opening): SealedDay | undefined {
  try {
    return parseSealedDay(value);
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    return undefined;
  }
}

function dayOf(data: LeafOf<'log.sealed' | 'log.unsealed'>): number {
  const day = Date.parse(`${data.members.day}T00:00:00Z`) / DAY_MS;
  if (!/^\d{4}-\d\d-\d\d$/.test(data.members.day) || !Number.isInteger(day))
    throw data.fault('unreadable_leaf', '`day` is no day.');
  return day;
}

const dayText = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);
