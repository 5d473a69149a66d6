import { CLOCK_SKEW_MS } from '@countersign/contract';
import type { Clock } from '../clock.js';

/** A gateway refuses everything if it has not received an authentic event for this long (P6). */
export const LIVENESS_DEADLINE_MS = 10_000;
/** A process that did not run for this long may have missed a stop. */
export const STALL_MS = 2_000;
/** Events that are later than this are a reason for a new connection, long before they are too old. */
const LATE_MS = 5_000;

/** With this much uncertainty, little is left of the deadline. */
const IMPRECISE_MS = 7_500;

/** What the first event of a connection says about time: the broker signed `brokerTime` after `monotonic`. */
type Base = {
  monotonic: number;
  brokerTime: number;
  /**
   * The event was signed at most this long after `monotonic`: the lowest bound that any event of the connection has
   * shown.
   */
  slack: number;
};

/** When a process last noted that it runs, and when it last noted that it had not run for too long. */
type Running = { tickedAt: number | undefined; stalledAt: number };

/** What the feed has shown of time, and whether the process that follows the feed runs. */
export type SharedLiveness = Running & {
  base: Base | undefined;
  heardAt: number;
  signedAt: number;
  lastBelieved: { monotonic: number; brokerTime: number } | undefined;
};

/**
 * Why this gateway gets no calls, although other gateways may. `starting`: it has not been in touch since it started, and began a
 * moment ago. `not_enrolled`: the broker does not accept its credential, or has registered another key for it.
 */
export type ContactFault = 'starting' | 'not_enrolled';

/**
 * Whether the gateway is in touch with its broker.
 *
 * Age is measured by the monotonic clock and compared with the progress of the signed time. So neither a clock step nor
 * events that were delayed on the way (or that queued while this process was stopped) make old news look fresh. The
 * gateway is also out of touch if its wall clock, by which tokens expire, differs from the signed time, or if the
 * signed time goes back: then it cannot know whether a token has expired.
 */
export class FeedLiveness {
  private base: Base | undefined;
  private heardAt = Number.NEGATIVE_INFINITY;
  private signedAt = Number.NEGATIVE_INFINITY;
  /** The latest signed time that was believed, and when. It is kept over connections. */
  private lastBelieved: { monotonic: number; brokerTime: number } | undefined;
  private readonly own: Running = { tickedAt: undefined, stalledAt: Number.NEGATIVE_INFINITY };
  /** The process that follows the feed for this one, if it is another. */
  private source: Running | undefined;
  private hasBegun = false;
  private isRejected = false;
  private readonly createdAt: number;

  constructor(private readonly clock: Clock) {
    this.createdAt = clock.monotonic();
  }

  /**
   * The first event, which answered our nonce. It was signed after `askedAt` (monotonic), so it is at most that old.
   */
  start(brokerTime: number, askedAt: number): void {
    this.hasBegun = true;
    this.isRejected = false;
    const slack = Math.max(0, this.clock.monotonic() - askedAt);
    this.base = { monotonic: askedAt, brokerTime, slack };
    this.signedAt = askedAt;
    this.heardAt = askedAt;
    this.believe(brokerTime);
  }

  /** A later authentic event with its signed time. */
  eventReceived(brokerTime: number): void {
    if (this.base === undefined) return;
    const now = this.clock.monotonic();
    this.signedAt = this.base.monotonic + (brokerTime - this.base.brokerTime);
    this.base.slack = Math.max(0, Math.min(this.base.slack, now - this.signedAt));
    // A broker whose clock was set forward must not vouch for the future.
    this.heardAt = Math.max(this.heardAt, Math.min(this.signedAt, now));
    this.believe(brokerTime);
  }

  /** The state is known to be incomplete, or the broker rejects this gateway. Out of touch until the next `start`. */
  reset(): void {
    this.base = undefined;
    this.heardAt = Number.NEGATIVE_INFINITY;
  }

  /** The broker refuses this gateway itself. That is known until the next `start`. */
  rejected(): void {
    this.isRejected = true;
  }

  /** If no broker can be reached, the gateway stops waiting: it answers that it is not in touch, in place of its balancer. */
  get fault(): ContactFault | undefined {
    if (this.isRejected) return 'not_enrolled';
    const isNew = this.clock.monotonic() - this.createdAt < LIVENESS_DEADLINE_MS;
    return !this.hasBegun && isNew ? 'starting' : undefined;
  }

  /** Whether this process follows one that hangs. */
  get followsHungProcess(): boolean {
    return this.source !== undefined && hasStalled(this.source, this.clock.monotonic());
  }

  /** For a worker: another process of this machine, whose clock has the same monotonic time. */
  share(): SharedLiveness {
    const { base, heardAt, signedAt, lastBelieved } = this;
    return {
      ...this.own,
      base: base && { ...base },
      heardAt,
      signedAt,
      lastBelieved: lastBelieved && { ...lastBelieved },
    };
  }

  /**
   * Follows what another process has shared. From then on that process has to run as well as this one: while it stalls, no one
   * receives a stop. `tickedAt` is when it was shared, so shared times that were delayed on the way do not look fresh.
   */
  adopt({ base, heardAt, signedAt, lastBelieved, tickedAt, stalledAt }: SharedLiveness): void {
    Object.assign(this, { base, heardAt, signedAt, lastBelieved });
    this.source = { tickedAt, stalledAt };
  }

  /** Notes that the process runs. Called a few times a second. After a pause only what is signed later counts. */
  tick(): void {
    const now = this.clock.monotonic();
    if (hasStalled(this.own, now)) this.own.stalledAt = now;
    this.own.tickedAt = now;
  }

  /** `wall`: the wall-clock time at which a decision is made, if that is not now. */
  isInTouch(wall = this.clock.now()): boolean {
    const now = this.clock.monotonic();
    return (
      now - this.heardAt < LIVENESS_DEADLINE_MS &&
      this.runs(this.own, now) &&
      (this.source === undefined || this.runs(this.source, now)) &&
      this.agreesWith(now, wall)
    );
  }

  /**
   * Events arrive later than the first one could have been, or the signed time runs at another pace than ours. A new
   * connection gives a new measurement. A slow first event alone is no reason: the next may be as slow, and all
   * gateways would reconnect at once.
   */
  get isLate(): boolean {
    const lag = this.clock.monotonic() - this.signedAt;
    return lag - (this.base?.slack ?? 0) > LATE_MS || lag < -CLOCK_SKEW_MS;
  }

  /**
   * The first event took so long that every later one counts as nearly too old. A new measurement is worth a
   * connection.
   */
  get isImprecise(): boolean {
    return this.base !== undefined && this.base.slack > IMPRECISE_MS;
  }

  /** Milliseconds since the last authentic event; infinite if there was none. */
  get age(): number {
    return this.clock.monotonic() - this.heardAt;
  }

  /**
   * False if the wall clock differs from the broker's clock, or the broker's clock went back. True before the first
   * event.
   */
  get clocksAgree(): boolean {
    return this.base === undefined || this.agreesWith(this.clock.monotonic());
  }

  /** Whether the process runs, and has received something that was signed after it last stalled. */
  private runs(process: Running, now: number): boolean {
    return !hasStalled(process, now) && this.heardAt >= process.stalledAt;
  }

  /**
   * The broker's time lies between two bounds. Our wall clock must be close to them, and the broker's time must not
   * have gone back.
   */
  private agreesWith(now: number, wall = this.clock.now()): boolean {
    if (this.base === undefined) return false;
    const most = this.base.brokerTime + (now - this.base.monotonic);
    const least = most - this.base.slack;
    const wentBack = most < this.believedTimeNow(now) - CLOCK_SKEW_MS;
    return !wentBack && wall >= least - CLOCK_SKEW_MS && wall <= most + CLOCK_SKEW_MS;
  }

  /** What the latest believed time has become by now. */
  private believedTimeNow(now: number): number {
    if (this.lastBelieved === undefined) return Number.NEGATIVE_INFINITY;
    return this.lastBelieved.brokerTime + (now - this.lastBelieved.monotonic);
  }

  /** Follows the broker's time as long as all clocks agree: a slow drift is followed, a step is not. */
  private believe(brokerTime: number): void {
    const monotonic = this.clock.monotonic();
    if (this.agreesWith(monotonic) && !this.isLate) this.lastBelieved = { monotonic, brokerTime };
  }
}

const hasStalled = ({ tickedAt }: Running, now: number): boolean =>
  tickedAt !== undefined && now - tickedAt > STALL_MS;
