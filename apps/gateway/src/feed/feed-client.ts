import { type KeyObject, randomBytes } from 'node:crypto';
import {
  type ChangeData,
  type FeedEvent,
  type FeedGrant,
  type FeedPlace,
  formatFeedPlace,
  formatSeenPlace,
  type GatewayCredential,
  importEd25519PublicKey,
  verifyFeedEnvelope,
} from '@countersign/gateway-protocol';
import { BackOff, describeError, sleep } from '@countersign/runtime';
import type { Logger } from 'pino';
import type { GatewayState } from '../authorize/gateway-state.js';
import type { Clock } from '../clock.js';
import { type BrokerClient, BrokerResponseError } from './broker-client.js';
import { readEventData, withIdleTimeout } from './event-stream.js';
import type { FeedLiveness } from './feed-liveness.js';
import type { FeedPosition } from './feed-position.js';
import { FeedSession, type FeedStep } from './feed-session.js';
import type { SharedHistory } from './shared-history.js';

type FeedClientParts = {
  credential: GatewayCredential;
  broker: BrokerClient;
  state: GatewayState;
  liveness: FeedLiveness;
  position: FeedPosition;
  clock: Clock;
  log: Logger;
  history: SharedHistory;
  /** Registers this gateway's identity with the broker. Called before each connection until it has succeeded. */
  register(signal: AbortSignal): Promise<void>;
  /** Applies what customers have signed. Durable when it resolves. */
  applyCustomerRules(data: Pick<ChangeData, 'trust' | 'stops' | 'lifts'>): Promise<void>;
  /** Called after each snapshot: the broker may have forgotten what it was told before. */
  onSnapshot(): void;
};

/** A connection that brought events for this long was a real one, not one that the broker drops at once. */
const LASTED_MS = 1_000;
/** Heartbeats arrive every second. A feed that is silent for this long is dead, whatever its socket says. */
const SILENCE_MS = 5_000;
/**
 * The first event may take longer: hundreds of gateways may ask a broker for everything at once. A gateway that gives
 * up and asks again makes the broker start again, so each timeout doubles the next wait.
 */
const FIRST_EVENT_MS = 10_000;
const LONGEST_FIRST_EVENT_MS = 60_000;
/** Forgetting scans all digests, so it does not run with every event. */
const FORGET_EVERY_MS = 3_600_000;

/** An event that ends the connection, and makes the known state unusable. */
class FeedBroken extends Error {
  override readonly name = 'FeedBroken';

  constructor(cause: unknown) {
    super('the feed is broken', { cause });
  }
}

/**
 * Keeps the feed open: connects, applies the events that are signed and in order, and reconnects after anything else.
 * After a lost connection the known state counts until the liveness deadline; after a broken rule it does not count at
 * all.
 */
export class FeedClient {
  private readonly feedKey: KeyObject;
  private readonly stop = new AbortController();
  private applied: FeedPlace | undefined;
  /** When the current connection was opened (monotonic), while changes that were missed may still be on their way. */
  private catchingUpSince: number | undefined;
  private running: Promise<void> | undefined;
  private readonly backOff = new BackOff({ firstMs: 50, longestMs: 1_000 });
  /** How long the next connection's first event may take. */
  private firstEventMs = FIRST_EVENT_MS;
  private forgottenAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly parts: FeedClientParts) {
    this.feedKey = importEd25519PublicKey(parts.credential.feedKey);
  }

  start(): void {
    this.running ??= this.run();
  }

  async close(): Promise<void> {
    this.stop.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stop.signal.aborted) {
      try {
        await this.parts.register(this.stop.signal);
        await this.connect();
        this.parts.log.warn('the broker closed the feed');
      } catch (error) {
        if (this.stop.signal.aborted) return;
        this.failed(error);
      }
      await sleep(this.backOff.next(), this.stop.signal);
    }
  }

  /** One connection, until it ends. */
  private async connect(): Promise<void> {
    const { credential, broker, position, clock, liveness } = this.parts;
    const nonce = randomBytes(32).toString('base64url');
    const askedAt = clock.monotonic();
    const resumeFrom = this.applied === undefined ? undefined : formatFeedPlace(this.applied);
    this.catchingUpSince = undefined;
    const session = new FeedSession(credential.gateway, nonce, {
      applied: this.applied,
      highest: position.highest,
    });
    const seen = position.highest === undefined ? undefined : formatSeenPlace(position.highest);
    const silent = new AbortController();
    const signal = AbortSignal.any([this.stop.signal, silent.signal]);
    let begunAt: number | undefined;
    try {
      const body = await broker.openFeed({ nonce, seen }, resumeFrom, this.firstEventMs, signal);
      this.parts.history.accepted('feed');
      const limit = () => (begunAt === undefined ? this.firstEventMs : SILENCE_MS);
      const pieces = withIdleTimeout(body, limit, () => silent.abort(new Error('the feed is silent')));
      for await (const data of readEventData(pieces)) {
        begunAt ??= clock.monotonic();
        await this.take(session, data, askedAt);
        // After a connection that lasted, the next one starts at once; another broker may answer at the same address.
        const hasLasted = session.hasHeard && clock.monotonic() - begunAt >= LASTED_MS;
        if (hasLasted) this.backOff.resetAndSkipNext();
        if (hasLasted && liveness.isImprecise) throw new Error('the first event of the feed took too long');
      }
    } finally {
      const timedOut = begunAt === undefined && clock.monotonic() - askedAt >= this.firstEventMs;
      this.firstEventMs = timedOut ? Math.min(this.firstEventMs * 2, LONGEST_FIRST_EVENT_MS) : FIRST_EVENT_MS;
    }
  }

  /** Handles one event. Throws if the connection must end with it. */
  private async take(session: FeedSession, data: string, askedAt: number): Promise<void> {
    const { liveness } = this.parts;
    try {
      await this.follow(session.validate(verifyFeedEnvelope(data, this.feedKey)), askedAt);
    } catch (cause) {
      throw new FeedBroken(cause);
    }
    if (this.catchingUpSince !== undefined) return;
    // A new nonce gives a new time measurement, if the clocks have parted or this connection brings old news.
    if (!liveness.clocksAgree) throw new Error('the clocks of broker and gateway do not agree');
    if (!liveness.isInTouch() || liveness.isLate) throw new Error('the events of the feed are late');
  }

  private async follow(step: FeedStep, askedAt: number): Promise<void> {
    const { state, liveness, position, clock } = this.parts;
    const { event } = step;
    const time = Date.parse(event.time);
    this.forgetOld(Math.min(time, clock.now()));
    if (step.do === 'begin') {
      if (step.event.type === 'snapshot') {
        await this.parts.applyCustomerRules(step.event.data);
        await this.keepBeginnings(step.event.data.grants);
        state.applySnapshot(step.event.data, clock.now());
        await state.ledger.flush();
        this.parts.onSnapshot();
        await position.advance(step.event);
      }
      this.catchingUpSince = askedAt;
    }
    if (step.do === 'change') {
      await this.parts.applyCustomerRules(step.event.data);
      await this.keepBeginnings(step.event.data.grants ?? []);
      // The change takes effect first and is noted on disk after: a stop must not wait for a disk.
      state.applyChange(step.event.data, clock.now());
      await state.ledger.flush();
      await position.advance(step.event);
    }
    if (step.do !== 'hear') this.applied = { epoch: event.epoch, seq: event.seq };
    // A snapshot is complete. After a resume, missed changes are still on their way, and only a heartbeat says that
    // none is left. Until then nothing from this connection makes the known state fresh.
    if (this.catchingUpSince === undefined) liveness.eventReceived(time);
    else if (event.type === 'snapshot' || event.type === 'heartbeat') this.begin(event, this.catchingUpSince);
  }

  /**
   * Forgets digests whose own life is over. `now` is the earlier of the broker's and the gateway's clock: neither alone
   * may make the gateway forget what has ended.
   */
  private forgetOld(now: number): void {
    if (now < this.forgottenAt + FORGET_EVERY_MS) return;
    this.forgottenAt = now;
    this.parts.state.forgetDigests(now);
  }

  private begin(event: FeedEvent, askedAt: number): void {
    const { liveness, log } = this.parts;
    this.catchingUpSince = undefined;
    liveness.start(Date.parse(event.time), askedAt);
    if (!liveness.isInTouch()) return;
    log.info({ place: formatFeedPlace(event), type: event.type }, 'in touch with the broker');
  }

  /** A grant opens nothing before the start of its window is on disk. */
  private async keepBeginnings(grants: readonly FeedGrant[]): Promise<void> {
    const { ledger } = this.parts.state;
    ledger.begin(grants);
    await ledger.flush();
  }

  /**
   * An event that cannot be trusted, applied or stored, and a broker that rejects this gateway: out of touch at once.
   * After a network error alone, the known state counts until the liveness deadline.
   */
  private failed(error: unknown): void {
    const { liveness, log, history } = this.parts;
    if (error instanceof BrokerResponseError && error.code === 'feed_parted') history.refused('feed');
    const why = describeError(error instanceof FeedBroken ? error.cause : error);
    if (error instanceof BrokerResponseError && error.isRejectionOfGateway) liveness.rejected();
    if (error instanceof FeedBroken || (error instanceof BrokerResponseError && error.isRejection)) {
      this.applied = undefined;
      liveness.reset();
      log.error(why, 'out of touch: the feed cannot be followed');
    } else if (error instanceof BrokerResponseError && error.code === 'unsupported_form') {
      log.error(why, 'the feed cannot be followed: update the older of broker and gateway');
    } else {
      log.warn(why, 'the feed is interrupted');
    }
  }
}
