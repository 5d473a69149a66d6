import type { FeedUnit } from '@countersign/access';
import { type FeedPlace, formatSeenPlace, type SeenPlace } from '@countersign/gateway-protocol';
import { PeriodicLoop } from '@countersign/runtime';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { type BrokerDeps, type BrokerSettings, DEPS, LOGGER, SETTINGS } from '../../core.module.js';
import { HttpProblem } from '../../http/problem.js';
import type { SseConnection } from '../../http/sse-connection.js';
import { KeyRing } from '../../keys/keys.js';
import { PartedGateways } from '../parted-gateways.js';
import { FeedConnection } from './feed-connection.js';
import { type BuiltChange, FeedReader } from './feed-reader.js';

/** Changes in quick succession are read together. */
const REST_MS = 20;
/** The longest delay for changes of other processes. A commit of this process wakes the poller at once. */
const POLL_MS = 100;
const HEARTBEAT_MS = 1_000;
/** A heartbeat asserts that nothing has changed, so the store must have been read at most this long ago. */
const LOOK_AGE_MS = 1_000;
/**
 * Open feeds of one gateway. It needs one, and a second while it reconnects. Each is signed for itself, and the heartbeats of all
 * gateways come from one loop: so the owner of one credential, such as a customer that runs its own gateway, must not open any number.
 */
const MOST_PER_GATEWAY = 4;
/** How many changes are read at once, kept for gateways that join, and resent after a lost connection. */
const MOST_CHANGES = 1_000;
/** Gateways of which it is remembered which place was compared last: each batch of records names one. */
const MOST_COMPARED = 10_000;

/**
 * The feeds of all gateways, served from one poller of the store's sequence of changes. A broker that cannot read its store
 * sends no heartbeats, so that its gateways refuse all calls.
 */
@Injectable()
export class FeedHub implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly connections = new Set<FeedConnection>();
  private readonly reader: FeedReader;
  private readonly poller: PeriodicLoop;
  private readonly heartbeats: PeriodicLoop;
  private readonly now: () => Date;
  private place: FeedPlace = { epoch: 1, seq: 0 };
  private recent: BuiltChange[] = [];
  /** By gateway, the place that was last found in this store's history. */
  private readonly compared = new LRUCache<string, string>({ max: MOST_COMPARED });
  /** When the store was last read successfully; monotonic milliseconds. */
  private lastLook = Number.NEGATIVE_INFINITY;
  private unsubscribe: (() => void) | undefined;

  constructor(
    @Inject(DEPS) private readonly deps: BrokerDeps,
    @Inject(SETTINGS) private readonly settings: BrokerSettings,
    @Inject(LOGGER) logger: Logger,
    private readonly keys: KeyRing,
    private readonly partedGateways: PartedGateways,
  ) {
    this.now = () => deps.clock.now();
    this.reader = new FeedReader(this.now);
    const onError = (loop: string, error: unknown) => logger.error({ err: error, loop }, 'the feed failed');
    this.poller = new PeriodicLoop('feed poller', POLL_MS, () => this.poll(), onError, REST_MS);
    this.heartbeats = new PeriodicLoop('feed heartbeats', HEARTBEAT_MS, () => this.beat(), onError);
  }

  get size(): number {
    return this.connections.size;
  }

  /** Ids of the connected gateways; a gateway may occur twice. */
  get gateways(): string[] {
    return [...this.connections].map(({ gateway }) => gateway);
  }

  async onApplicationBootstrap(): Promise<void> {
    this.place = await this.deps.store.feed.read((unit) => unit.feed.head());
    this.unsubscribe = this.deps.store.onCommit(({ feed }) => {
      if (feed) this.poller.wake();
    });
    this.poller.start();
    this.heartbeats.start();
  }

  async onModuleDestroy(): Promise<void> {
    this.unsubscribe?.();
    await Promise.all([this.poller.stop(), this.heartbeats.stop()]);
    for (const connection of this.connections) connection.end();
    this.connections.clear();
  }

  /**
   * Opens a gateway's feed: resumes after `last` if the store still has all later changes, else sends a snapshot.
   *
   * @param seen the highest place that the gateway has on its disk
   * @param open starts the response; called once the first event is signed, so that a failure is a normal error answer
   * @throws HttpProblem `feed_parted` if the gateway has received changes that this store does not have; `not_ready`
   */
  async join(
    gateway: string,
    nonce: string,
    { last, seen }: { last: FeedPlace | undefined; seen: SeenPlace | undefined },
    open: (onClose: () => void) => SseConnection,
  ): Promise<void> {
    const first = await this.deps.store.feed.read(async (unit) => {
      const enrolled = await unit.gateways.find(gateway);
      if (enrolled === null || enrolled.revokedAt !== null)
        throw new HttpProblem('unauthenticated', 'This gateway is not enrolled.');
      const head = await unit.feed.head();
      if (seen !== undefined && (await this.hasParted(unit, head, seen))) return null;
      const resumable =
        last !== undefined &&
        last.epoch === head.epoch &&
        last.seq <= head.seq &&
        head.seq - last.seq <= MOST_CHANGES;
      const missed = resumable ? await this.reader.changes(unit, last.seq, head.seq) : null;
      if (missed !== null && last !== undefined) return { binding: enrolled, resumed: { last, missed } };
      return { binding: enrolled, ...(await this.reader.picture(unit)) };
    });
    if (first === null) throw await this.refuseParted(gateway, seen);
    const connection: FeedConnection = new FeedConnection(
      gateway,
      first.binding,
      () => this.keys.signer('feed', this.now()),
      this.now,
    );
    const leave = () => void this.connections.delete(connection);
    const start = () => open(leave);
    const begun =
      'resumed' in first
        ? connection.resume(nonce, first.resumed.last, start)
        : connection.snapshot(
            nonce,
            this.settings.publicUrl,
            [first.place, first.picture, first.servedTo],
            start,
          );
    // Nothing awaits until it is one of the connections: it catches up with the poller before the poller sends more.
    if ('resumed' in first) for (const change of first.resumed.missed) connection.change(change);
    for (const change of this.recent) connection.change(change);
    connection.heartbeat();
    this.connections.add(connection);
    try {
      await begun;
    } catch (error) {
      leave();
      throw error;
    }
    this.endOldest(gateway);
  }

  /**
   * Requires that this store has the place that a gateway has reached. Most batches of records name the same place as the one before.
   *
   * @throws HttpProblem `feed_parted`
   */
  async requireSharedHistory(gateway: string, seen: SeenPlace): Promise<void> {
    const text = formatSeenPlace(seen);
    if (this.compared.get(gateway) === text) return;
    const hasParted = await this.deps.store.feed.read(async (unit) =>
      this.hasParted(unit, await unit.feed.head(), seen),
    );
    if (hasParted) throw await this.refuseParted(gateway, seen);
    this.compared.set(gateway, text);
  }

  /** Closes the oldest feed instead of refusing the newest, because the newest is the gateway that reconnects after a network failure. */
  private endOldest(gateway: string): void {
    const own = [...this.connections].filter((each) => each.gateway === gateway);
    for (const oldest of own.slice(0, -MOST_PER_GATEWAY)) {
      this.connections.delete(oldest);
      oldest.end();
    }
  }

  /** Whether the gateway's history differs from this store's: it is longer, or has another change at its place. */
  private async hasParted(unit: FeedUnit, head: FeedPlace, seen: SeenPlace): Promise<boolean> {
    if (seen.epoch !== head.epoch) return seen.epoch > head.epoch;
    if (seen.seq > head.seq) return true;
    const mark = await unit.feed.markAt(seen.seq);
    return seen.mark !== undefined && mark !== null && mark !== seen.mark;
  }

  private refuseParted(gateway: string, seen: SeenPlace | undefined): Promise<HttpProblem> {
    const place = seen === undefined ? {} : { seen: { epoch: seen.epoch, seq: seen.seq } };
    const why = 'This gateway has received changes that the database does not have.';
    return this.partedGateways.refuse(gateway, why, place);
  }

  private async poll(): Promise<void> {
    const changes = await this.deps.store.feed.read(async (unit) => {
      const head = await unit.feed.head();
      if (head.epoch === this.place.epoch && head.seq === this.place.seq) return [];
      const upTo = Math.min(head.seq, this.place.seq + MOST_CHANGES);
      const built =
        head.epoch === this.place.epoch && head.seq > this.place.seq
          ? await this.reader.changes(unit, this.place.seq, upTo)
          : null;
      if (built === null) return { restartAt: head };
      if (built.some(({ data }) => data.keys !== undefined)) await this.keys.loadFrom(unit);
      return built;
    });
    if ('restartAt' in changes) {
      this.restartAt(changes.restartAt);
      return;
    }
    this.lastLook = performance.now();
    if (changes.length === 0) return;
    this.recent = [...this.recent, ...changes].slice(-MOST_CHANGES);
    for (const change of changes) {
      this.place = { ...this.place, seq: change.seq };
      for (const connection of this.connections) connection.change(change);
    }
    if (changes.length === MOST_CHANGES) this.poller.wake();
  }

  /** The sequence does not continue (a restored store): all gateways reconnect, and are refused or get a snapshot. */
  private restartAt(place: FeedPlace): void {
    this.place = place;
    this.recent = [];
    this.compared.clear();
    for (const connection of this.connections) connection.end();
    this.connections.clear();
  }

  private async beat(): Promise<void> {
    if (performance.now() - this.lastLook > LOOK_AGE_MS) return;
    for (const connection of this.connections) connection.heartbeat();
  }
}
