import {
  type Checkpoint,
  type LogSource,
  parseLeaf,
  provenLeaf,
  type UnknownLeaves,
} from '@countersign/audit-log';
import { SEAL } from '@countersign/contract';
import type { DeploymentHistory } from './deployment-history.js';
import { type Warning, Warnings } from './faults.js';
import { type ChainState, GatewayChains } from './gateway-chains.js';
import { GatewayPresence, type PresenceState } from './gateway-presence.js';
import { HostMadeKeys, type HostMadeKeysState } from './host-made-keys.js';
import type { Pending } from './interrupted-replay.js';
import { eventOf, type LeafData, type LeafOf } from './leaf-data.js';
import { LeafOrder, type LeafOrderState } from './leaf-order.js';
import { LogClock, type LogClockState } from './log-clock.js';
import { Openings } from './openings.js';
import type { VerifierPorts } from './ports.js';
import { type LogEventState, LogEvents } from './replay/log-events.js';
import { TenantReplay, type TenantReplayState } from './replay/tenant-replay.js';

/** What the leaves of a tenant's log led to, for a run that goes on after them. */
export type KeptReplay = {
  replay: TenantReplayState;
  chains: ChainState;
  events: LogEventState;
  clock: LogClockState;
  order: LeafOrderState;
  presence: PresenceState;
  hostMadeKeys: HostMadeKeysState;
  warnings: Warning[];
};

type Options = {
  slug: string;
  source: LogSource;
  /** The deployment's log, which was verified before. */
  deployment: DeploymentHistory;
  /** The fingerprint of the first trust document; null if the caller has none. */
  pin: string | null;
  /** False if values behind commitments are not read. */
  readsValues: boolean;
  /** Takes what is compared at the end. */
  pending: Pending;
  /** What is found again in each run. */
  warnings: Warnings;
  /** The first leaf that the log still has. */
  start: number;
  checkpoint: Checkpoint;
  /** Places at which the time of the log is kept. */
  timed: ReadonlySet<number>;
  /** What stands in for the first leaves, and how many these are; undefined if every leaf is replayed. */
  known: { state: KeptReplay; leaves: number } | undefined;
  /** Takes the leaves that no one here can read. */
  unknown: UnknownLeaves;
};

/** What reads the leaves of a tenant's log, in their order. */
export class TenantReaders {
  readonly replay: TenantReplay;
  readonly openings: Openings;
  readonly events: LogEvents;
  private readonly chains: GatewayChains;
  private readonly clock: LogClock;
  private readonly order: LeafOrder;
  private readonly presence: GatewayPresence;
  private readonly hostMadeKeys: HostMadeKeys;
  /** What all but `openings` found. It is kept with what they lead to. */
  readonly #warnings: Warnings;
  /** False if leaves were pruned that no earlier run has replayed. */
  readonly replays: boolean;
  readonly #replayed: number;
  readonly #readers: readonly { take(data: LeafOf): void | Promise<void> }[];
  #last: LeafData | undefined;
  readonly #times = new Map<number, number>();

  constructor(
    private readonly ports: VerifierPorts,
    private readonly options: Options,
  ) {
    const { slug, source, deployment, pin, readsValues, pending, start, checkpoint, known } = options;
    const { hashing } = ports;
    const state = known?.state;
    this.#warnings = new Warnings(state?.warnings);
    this.#replayed = known?.leaves ?? 0;
    this.replays = start === 0 || known !== undefined;
    this.openings = new Openings(hashing, source, {
      ...{ isComplete: true, readsValues, warnings: options.warnings },
      leafAt: async (index) =>
        index < start ? undefined : parseLeaf(await provenLeaf(hashing, source, index, checkpoint)),
    });
    this.clock = new LogClock(deployment.state.times, state?.clock);
    this.order = new LeafOrder(state?.order);
    this.hostMadeKeys = new HostMadeKeys(this.#warnings, state?.hostMadeKeys);
    this.presence = new GatewayPresence(deployment, this.clock, state?.presence);
    this.events = new LogEvents(
      hashing,
      {
        ...{ readsOpenings: readsValues, warnings: this.#warnings, clock: this.clock },
        openSeal: async (leaf) => (readsValues ? (await this.openings.read(leaf)).get(SEAL) : undefined),
        onDeployment: (point, data) => {
          pending.deploymentPoints.push(point);
          const index = deployment.backdated({ at: data.at, before: point.size });
          if (index !== undefined)
            throw data.fault('backdated', `leaf ${index} of the deployment’s log says that it is older.`);
        },
      },
      state?.events,
    );
    this.chains = new GatewayChains(ports, (id) => deployment.gateway(id), this.#warnings, state?.chains);
    this.replay = new TenantReplay(
      ports,
      {
        ...{ slug, deployment, pin, warnings: this.#warnings },
        onPoint: (point) => pending.points.push(point),
        deploymentSize: () => this.events.state.deployment?.size ?? Number.POSITIVE_INFINITY,
        wasRestoredBefore: (at) => this.chains.wasRestoredBefore(at),
      },
      state?.replay,
    );
    const ofAnyLog = [this.chains, this.events, this.presence, this.hostMadeKeys];
    this.#readers = [...ofAnyLog, ...(this.replays ? [this.replay] : [])];
    if (this.replays) return;
    this.chains.beginMidway();
    this.events.beginMidway(start);
  }

  /** Takes the next leaf. @throws LogFault */
  async take(data: LeafData): Promise<void> {
    const { replay, replays } = this;
    const { unknown } = this.options;
    const event = eventOf(data);
    if (event === undefined) {
      // What is still being read is of earlier leaves: their faults follow from none of these.
      await this.openings.settle();
      unknown.take(data.leaf, data.difference);
    }
    const isNew = data.index >= this.#replayed;
    if (event !== undefined && isNew) {
      this.#last = data;
      this.takeTime(data);
      // Most leaves have nothing to wait for, and there are millions of them.
      for (const reader of this.#readers) {
        try {
          const later = reader.take(event);
          if (later !== undefined) await later;
        } catch (error) {
          unknown.keep(error, data.at);
        }
      }
      // Last: what else is wrong with a leaf says more. No event of an unknown type explains that it is dated back.
      this.order.take(data);
    }
    await this.openings.take(data, (opened) => {
      if (event !== undefined && isNew && replays)
        unknown.attempt(() => replay.takeOpened(event, opened), data.at);
    });
  }

  private takeTime(data: LeafData): void {
    const before = this.clock.now;
    if (this.clock.take(data.at))
      this.#warnings.add(
        'outage',
        `No broker wrote to this log between ${new Date(before).toISOString()} and ${data.leaf.at}.`,
        data.index,
      );
    if (this.options.timed.has(data.index)) this.#times.set(data.index, this.clock.now);
  }

  /** When a leaf of `timed` was written. A record has the time of its call, and may come later: the leaves before it are newer. */
  async timeOf(index: number): Promise<number> {
    const { source, checkpoint, start } = this.options;
    const known = this.#times.get(index);
    if (known !== undefined) return known;
    const at = Math.max(index, start);
    return Date.parse(parseLeaf(await provenLeaf(this.ports.hashing, source, at, checkpoint)).at);
  }

  /** For how long brokers were running from this time on, in milliseconds. */
  runningSince(from: number): number {
    return this.clock.running(from, this.clock.now);
  }

  /** After the last leaf. @throws LogFault */
  async finish(): Promise<void> {
    // A value that does not open its commitment is a fault, whatever other leaves say.
    const { unknown } = this.options;
    await this.openings.settle();
    await unknown.attempt(() => this.openings.finish());
    unknown.attempt(() => this.events.finish(this.#last));
    unknown.attempt(() => this.chains.finish());
    if (this.replays) unknown.attempt(() => this.replay.finish());
  }

  /** Last, so that a wrong clock, or a gateway that is silent, hides no other fault. @throws LogFault `dated_ahead`, `gateway_silent` */
  requirePresent(now: number): void {
    this.order.requirePast(now);
    this.options.unknown.attempt(() => this.presence.finish(this.options.warnings));
  }

  get state(): KeptReplay {
    return {
      ...{ replay: this.replay.state, chains: this.chains.state, events: this.events.state },
      ...{ clock: this.clock.state, order: this.order.state, presence: this.presence.state },
      hostMadeKeys: this.hostMadeKeys.state,
      warnings: this.#warnings.all,
    };
  }

  /** What all of them found. */
  get warnings(): Warning[] {
    return new Warnings(this.options.warnings.all, this.#warnings.all).all;
  }
}
