import { canonicalJson, decodeBase64url, utf8 } from '@countersign/contract';
import { fault, type Warnings } from './faults.js';
import type { LeafData, LeafOf } from './leaf-data.js';
import type { VerifierPorts } from './ports.js';
import { hashOf, recordOf } from './record-of-leaf.js';

/** Leaves of records: calls and refusals, and those that a gateway signs. */
type Signed = LeafOf<'gateway.head' | 'access.counters'>;
type OfRecord = LeafOf<'access.allowed' | 'access.refused' | 'access.outcome'> | Signed;
type OfRun = OfRecord | LeafOf<'gateway.gap' | 'gateway.mismatch' | 'gateway.closed'>;

/** The last record of a chain. `hash` is null after a record that the log does not show, until the next one. */
type Chain = {
  seq: number;
  hash: string | null;
  shown: boolean;
  /** Records may be missing once: a restore has lost them. */
  isExcused?: boolean;
  /** Since when the gateway has signed no head, in milliseconds since the epoch; null if the last record is signed. */
  unsigned?: { from: number; last: number; pauses: number } | null;
  /** The lane that writes it; absent for lane 0, and while `isLaneUnknown`. */
  lane?: number;
  /** The log does not show its first record, and no head since. Only those name the lane. */
  isLaneUnknown?: boolean;
};

/** The last record of a lane of a gateway, of any run. `hash` is null if the log does not show it. */
type Newest = { boot: string; seq: number; hash: string | null; isExcused?: boolean };

/** `index`: the first leaf that names a record of this run of another lane; `at`: when it was written, in milliseconds since the epoch. */
type Awaited = { gateway: string; seq: number; hash: string; index: number; at: number };

export type ChainState = {
  chains: Map<string, Chain>;
  /** By lane: `GATEWAY` for lane 0, `GATEWAY NUMBER` for the others. */
  newest: Map<string, Newest>;
  /** Ends of runs that other lanes name, and that the log does not show yet, by `GATEWAY BOOT`. */
  awaited?: Map<string, Awaited>;
  /** When the log was last restored from a backup, in milliseconds since the epoch; null if never. */
  restoredAt: number | null;
};

/** A gateway signs a head in each minute with records. A log without one for so long hides what the gateway has signed. */
const LONGEST_UNSIGNED_MS = 10 * 60_000;
/** A host that slept signs within a minute of waking up. It may call before: so often, until a head comes. */
const PAUSE_MS = 5 * 60_000;
const MOST_PAUSES = 2;
/** What a restore lost shows when a gateway sends its next record. Later, no gap is due to it. */
const LOST_DAYS = 30;
const DAY_MS = 86_400_000;
/** Lanes send their records side by side. If one names a record of another, the log must have that record within this time. */
const LONGEST_AWAITED_MS = 3_600_000;

const nameOfLane = (gateway: string, lane = 0): string => (lane === 0 ? gateway : `${gateway} ${lane}`);

type Keys = (gateway: string) => { publicKey: string | null; revokedAt: number | null } | undefined;

/**
 * The chains of gateways' records, one for each (gateway, boot) in a log. It makes each record again from its leaf. The
 * record's hash covers the hash of the record before it, and each minute a head that the gateway signed covers all of them.
 * So a record that was changed, dropped or added shows. The first record of a chain names the last record of the run before
 * it in its lane, so a run that is missing as a whole shows too; and a record of each other lane, so a missing lane shows.
 */
export class GatewayChains {
  #isMidway = false;
  /** When the last leaf was written, in milliseconds since the epoch. */
  #last = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly ports: Pick<VerifierPorts, 'hashing' | 'check'>,
    private readonly keys: Keys,
    private readonly warnings: Warnings,
    readonly state: ChainState = { chains: new Map(), newest: new Map(), restoredAt: null },
  ) {}

  /** Leaves were pruned: a chain may begin with a later record than its first. */
  beginMidway(): void {
    this.#isMidway = true;
  }

  /**
   * Takes the next leaf of the log.
   *
   * @throws LogFault `record_gap`, `run_missing`, `changed_record`, `bad_head`, `unknown_gateway`, `disputed_call`
   */
  take(data: LeafOf): void | Promise<void> {
    this.#last = data.at;
    switch (data.type) {
      case 'access.allowed':
      case 'access.refused':
      case 'access.outcome':
      case 'access.counters':
      case 'gateway.head':
        return this.takeRecord(data);
      case 'log.restored':
        return this.takeRestore(data);
      case 'gateway.gap':
        return this.takeGap(data);
      case 'gateway.mismatch':
        return this.takeMismatch(data);
      case 'gateway.closed':
        return this.takeClosing(data);
    }
  }

  private takeRecord(data: OfRecord): void | Promise<void> {
    const { leaf } = data;
    const gateway = data.members.gateway;
    const seq = data.count('gatewaySeq');
    const hash = data.members.gatewayHash;
    const chain = this.chainOf(data);
    if (this.keys(gateway) === undefined)
      throw data.fault('unknown_gateway', `the deployment’s log does not know ${gateway}.`);
    if (leaf.actor !== gateway)
      throw data.fault('changed_record', 'the actor is not the gateway of the record.');
    this.requireNext(data, chain, seq);
    if (chain.shown) this.requireHash(data, chain.hash, hash);
    this.learnLane(data, chain, seq);
    if (seq === 1) this.requireRun(data, chain);
    Object.assign(chain, { seq, hash, shown: true, isExcused: false });
    this.moveNewest(data, chain, { boot: data.members.boot, seq, hash });
    if (!('signature' in data.members)) return this.requireHeads(data, chain);
    chain.unsigned = null;
    return this.requireSigned(data as Signed, gateway);
  }

  /**
   * Whoever holds the broker's database can chain other records, but cannot sign a head over them. So heads may not be left
   * out. Only the last records of a gateway that never came back have none.
   */
  private requireHeads(data: OfRecord, chain: Chain): void {
    const { at } = data;
    const before = chain.unsigned ?? { from: at, last: at, pauses: 0 };
    const isPause = at - before.last > PAUSE_MS;
    const from = isPause ? at : before.from;
    const pauses = before.pauses + (isPause ? 1 : 0);
    chain.unsigned = { from, last: Math.max(at, before.last), pauses };
    if (at - from > LONGEST_UNSIGNED_MS || pauses > MOST_PAUSES)
      throw data.fault(
        'bad_head',
        `${data.members.gateway} signs its records each minute, and the log shows no head for these.`,
      );
  }

  /**
   * The first record of a run names the record that its gateway wrote just before, in an earlier run. The log must show that
   * one as the gateway's last: otherwise a whole run, or the end of one, was kept out of the log.
   */
  private requireRun(data: OfRecord, { lane }: Chain): void {
    const { previous, gateway } = data.members;
    const newest = this.state.newest.get(nameOfLane(gateway, lane));
    this.awaitLanes(data, gateway);
    if (previous === undefined || previous === null) {
      this.noteFirstRun(data, gateway, newest !== undefined);
      return;
    }
    const { boot, seq, hash } = previous;
    const isNewest = newest?.boot === boot && newest.seq === seq;
    if (isNewest && (newest.hash ?? hash) === hash) return;
    const named = this.state.chains.get(`${gateway} ${boot}`);
    if (named?.seq === seq && (named.hash ?? hash) !== hash)
      throw data.fault('changed_record', `record ${seq} of the run before of ${gateway} is another one.`);
    if (named !== undefined && named.seq >= seq) {
      this.warnings.add(
        'run_unlinked',
        `${gateway} names an older run as the one before: its disk was put back to an older state. Records that it had not sent by then are missing.`,
        data.index,
      );
      return;
    }
    const lost = `records ${(named?.seq ?? 0) + 1} to ${seq} of run ${boot} of ${gateway} are missing`;
    if (!this.isRunExcused(data, newest))
      throw data.fault('run_missing', `${lost}: its next run names them.`);
    const why = this.#isMidway ? 'they were pruned' : 'a restore lost them';
    this.warnings.add(
      'records_lost',
      `The ${lost}, calls may be among them: ${why}, as the log says.`,
      data.index,
    );
  }

  private noteFirstRun(data: OfRecord, gateway: string, hasEarlier: boolean): void {
    const isOld = data.members.previous === undefined;
    if (hasEarlier)
      this.warnings.add(
        'run_unlinked',
        isOld
          ? `${gateway} does not name its run before: its version is too old for that. A run in between could be missing.`
          : `${gateway} knows of no run before, and this log has one: its disk was lost, or it was updated since. A run in between could be missing.`,
        data.index,
      );
    else
      this.warnings.add(
        'first_run',
        isOld
          ? `${gateway} does not name its run before: its version is too old for that. Earlier runs could be missing.`
          : `${gateway} knows of no run before this one: it is new, or its disk was lost.`,
        data.index,
      );
  }

  /** The first record of a chain and its heads name the lane. A chain whose beginning is not shown is known from its first head on. */
  private learnLane(data: OfRecord, chain: Chain, seq: number): void {
    if (seq !== 1 && data.leaf.type !== 'gateway.head') return;
    const gateway = data.members.gateway;
    const number = data.members.lane?.number ?? 0;
    if (seq !== 1 && chain.isLaneUnknown !== true) return;
    const newest = this.state.newest.get(nameOfLane(gateway, number));
    if (seq !== 1 && !this.isRunExcused(data, newest))
      throw data.fault('record_gap', `records 1 to ${seq - 1} of ${gateway} are missing.`);
    if (number > 0) chain.lane = number;
    delete chain.isLaneUnknown;
  }

  private moveNewest(data: OfRun, chain: Chain, newest: Newest): void {
    const gateway = data.members.gateway;
    if (chain.isLaneUnknown !== true) this.state.newest.set(nameOfLane(gateway, chain.lane), newest);
    const name = `${gateway} ${newest.boot}`;
    const awaited = this.state.awaited?.get(name);
    if (awaited === undefined || newest.seq < awaited.seq) return;
    if (newest.seq === awaited.seq && (newest.hash ?? awaited.hash) !== awaited.hash)
      throw data.fault('changed_record', `another lane of ${gateway} names another record ${newest.seq}.`);
    this.state.awaited?.delete(name);
  }

  /** What the first record of a chain says of the other lanes. Their records may still be on the way. */
  private awaitLanes(data: OfRecord, gateway: string): void {
    for (const { lane, boot, seq, hash } of data.members.lane?.beside ?? []) {
      const known = this.state.chains.get(`${gateway} ${boot}`);
      if (known?.seq === seq && (known.hash ?? hash) !== hash)
        throw data.fault('changed_record', `record ${seq} of another lane of ${gateway} is another one.`);
      const isShown = known !== undefined && known.seq >= seq;
      if (isShown || this.isRunExcused(data, this.state.newest.get(nameOfLane(gateway, lane)))) continue;
      this.awaitRecord(data, `${gateway} ${boot}`, { gateway, seq, hash, index: data.index, at: data.at });
    }
  }

  /** Many chains name the same record. The hour begins with the first one, so that later ones cannot extend it. */
  private awaitRecord(data: LeafData, name: string, named: Awaited): void {
    this.state.awaited ??= new Map();
    const known = this.state.awaited.get(name);
    if (known?.seq === named.seq && known.hash !== named.hash)
      throw data.fault(
        'changed_record',
        `another lane of ${named.gateway} names another record ${named.seq}.`,
      );
    if (known === undefined) this.state.awaited.set(name, named);
    else if (named.seq > known.seq)
      this.state.awaited.set(name, { ...known, seq: named.seq, hash: named.hash });
  }

  /**
   * After the last leaf.
   *
   * @throws LogFault `run_missing`
   */
  finish(): void {
    for (const [name, { gateway, seq, index, at }] of this.state.awaited ?? [])
      if (this.#last - at > LONGEST_AWAITED_MS)
        throw fault(
          'run_missing',
          `records up to ${seq} of run ${name.slice(gateway.length + 1)} of ${gateway} are missing: another lane names them.`,
          index,
        );
  }

  /** Records that a broker says it has not got. */
  private takeGap(data: LeafOf<'gateway.gap'>): void {
    const gateway = data.members.gateway;
    const isOfRun = data.members.next !== undefined;
    const lane = data.members.lane === undefined ? 0 : data.count('lane');
    const isExcused = isOfRun
      ? this.isRunExcused(data, this.state.newest.get(nameOfLane(gateway, lane)))
      : this.isExcused(data, this.chainOf(data));
    if (isExcused) return;
    const after = data.count('after');
    throw isOfRun
      ? data.fault(
          'run_missing',
          `records ${after + 1} to ${data.count('at') - 1} of run ${data.members.boot} of ${gateway} are missing: its next run names them.`,
        )
      : data.fault('record_gap', `records of ${gateway} are missing after number ${after}.`);
  }

  /** Whether records may be missing here: they were pruned, or a restore shortly before has lost them. */
  private isExcused({ at }: LeafData, chain: Chain): boolean {
    return chain.isExcused === true && this.mayLack(at);
  }

  /** Whether runs before may be missing: nothing of this gateway was seen since leaves were pruned or lost. */
  private isRunExcused({ at }: LeafData, newest: Newest | undefined): boolean {
    return (newest === undefined || newest.isExcused === true) && this.mayLack(at);
  }

  private mayLack(at: number): boolean {
    return this.#isMidway || this.wasRestoredBefore(at);
  }

  /** Whether the log was restored from a backup shortly before this time: what gateways had sent before it may be lost. */
  wasRestoredBefore(at: number): boolean {
    const { restoredAt } = this.state;
    return restoredAt !== null && at < restoredAt + LOST_DAYS * DAY_MS;
  }

  private chainOf(data: OfRun): Chain {
    const gateway = data.members.gateway;
    const name = `${gateway} ${data.members.boot}`;
    const known = this.state.chains.get(name);
    if (known !== undefined) return known;
    // A boot that the log does not show from its beginning: its first records were pruned, or lost by a restore. Which lane's run
    // it is, and so whether that can be, shows with its first head.
    const isMidway = this.mayLack(data.at);
    const chain: Chain = {
      ...{ seq: 0, hash: null, shown: true },
      ...(isMidway ? { isExcused: true, isLaneUnknown: true } : {}),
    };
    this.state.chains.set(name, chain);
    return chain;
  }

  private requireNext(data: OfRun, chain: Chain, seq: number): void {
    if (seq === chain.seq + 1) return;
    const gateway = data.members.gateway;
    if (seq > chain.seq && this.isExcused(data, chain)) {
      chain.shown = false;
      const why = this.#isMidway ? 'they were pruned' : 'a restore lost them';
      this.warnings.add(
        'records_lost',
        `Records ${chain.seq + 1} to ${seq - 1} of ${gateway} are missing, calls may be among them: ${why}, as the log says.`,
        data.index,
      );
      return;
    }
    if (seq <= chain.seq) throw data.fault('changed_record', `record ${seq} of ${gateway} is there twice.`);
    throw data.fault('record_gap', `records ${chain.seq + 1} to ${seq - 1} of ${gateway} are missing.`);
  }

  private requireHash(data: OfRecord, prev: string | null, hash: string): void {
    const { leaf } = data;
    const record = recordOf(leaf, prev);
    if (hashOf(this.ports.hashing, record) === hash) return;
    // Gateways write `trust: null`, or leave it out.
    const { trust, ...without } = record ?? {};
    if (trust === null && hashOf(this.ports.hashing, without) === hash) return;
    throw data.fault('changed_record', 'the record is not the one that its gateway chained.');
  }

  private async requireSigned(data: Signed, gateway: string): Promise<void> {
    const { signature: text, ...unsigned } = recordOf(data.leaf, data.members.prev) ?? {};
    const publicKey = decodeBase64url(this.keys(gateway)?.publicKey ?? '');
    const signature = decodeBase64url(String(text));
    const message = utf8(`countersign-record/v1\n${canonicalJson(unsigned)}`);
    const isSigned =
      publicKey !== undefined &&
      signature !== undefined &&
      (await this.ports.check(publicKey, message, signature));
    if (!isSigned) throw data.fault('bad_head', `the head is not signed by the key of ${gateway}.`);
  }

  /** A record that the broker did not take. It has its number in the chain. */
  private takeMismatch(data: LeafOf<'gateway.mismatch'>): void {
    if (data.members.at === undefined) return;
    const seq = data.count('at');
    const reason = data.members.reason;
    if (reason === 'prev')
      throw data.fault(
        'changed_record',
        `record ${seq} of ${data.members.gateway} does not continue its chain.`,
      );
    const { claimed } = data.members;
    // The grant of a call before the restore, or the call of an outcome, may be among what was lost.
    const { restoredAt } = this.state;
    const isLost = this.wasRestoredBefore(data.at) && !(Date.parse(String(claimed?.at)) >= (restoredAt ?? 0));
    // What such a record is, is the broker's word alone: an allowed call could hide behind any of them.
    if (!isLost)
      throw data.fault(
        'disputed_call',
        `${data.members.gateway} ${claimed?.decision === 'allowed' ? 'let a call through' : 'sent a record'} that the broker did not take as one (${reason}), so the log does not show it.`,
      );
    const chain = this.chainOf(data);
    this.requireNext(data, chain, seq);
    const hash = data.members.gatewayHash;
    Object.assign(chain, { seq, hash: hash ?? null, shown: hash !== undefined, isExcused: false });
    this.moveNewest(data, chain, { boot: data.members.boot, seq, hash: hash ?? null });
    this.warnings.add(
      'gateway_mismatch',
      `${data.members.gateway} sent a record that contradicts the log (${reason}).`,
      data.index,
    );
  }

  /** A restore may have lost records: it leaves at most one gap in each chain. */
  private takeRestore(data: LeafOf<'log.restored'>): void {
    this.state.restoredAt = data.at;
    for (const chain of this.state.chains.values()) chain.isExcused = true;
    for (const newest of this.state.newest.values()) newest.isExcused = true;
    this.state.awaited?.clear();
  }

  /** The broker closed the chains of a gateway that had vanished. It must name the end that the log shows. */
  private takeClosing(data: LeafOf<'gateway.closed'>): void {
    if (data.members.boot === null) return;
    const chain = this.chainOf(data);
    if (chain.isExcused === true) return;
    if (chain.seq !== data.count('seq') || (chain.shown && chain.hash !== data.members.hash))
      throw data.fault(
        'record_gap',
        `the chain of ${data.members.gateway} ends at record ${data.count('seq')}, and the log shows ${chain.seq}.`,
      );
  }
}
