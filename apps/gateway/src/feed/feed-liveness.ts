import { CLOCK_SKEW_MS } from '@countersign/contract';
import type { Clock } from '../clock.js';

/** A gateway that has not heard an authentic event for so long refuses everything (P6). */
export const LIVENESS_DEADLINE_MS = 10_000;
/** A process that did not run for so long may have slept through a stop. */
export const STALL_MS = 2_000;
/** News that is later than this is worth a new connection, long before it is too old. */
const LATE_MS = 5_000;

/** With this much uncertainty there is little left of the deadline. */
const IMPRECISE_MS = 7_500;

/** What one connection's first event says of time: the broker signed `brokerTime` after `monotonic`. */
type Base = {
  monotonic: number;
  brokerTime: number;
  /** The signing was at most so long after `monotonic`; the least that any event of the connection has shown. */
  slack: number;
};

/**
 * Whether the gateway is in touch with its broker. Age is measured by the monotonic clock and held against the
 * progress of the signed time, so that neither a stepped clock nor events that were held back on the way (or piled up
 * while this process was stopped) make old news fresh. Where the wall clock by which tokens are judged and the signed
 * time part, or the signed time goes back, nobody can say whether a token has expired: that is out of touch too.
 */
export class FeedLiveness {
  private base: Base | undefined;
  private heardAt = Number.NEGATIVE_INFINITY;
  private signedAt = Number.NEGATIVE_INFINITY;
  /** The latest signed time that was believed, and when; it carries over connections. */
  private lastBelieved: { monotonic: number; brokerTime: number } | undefined;
  private tickedAt: number | undefined;
  private stalledAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly clock: Clock) {}

  /** A first event that answered our nonce: it was signed after `askedAt` (monotonic), so it is at most that old. */
  start(brokerTime: number, askedAt: number): void {
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

  /** The state is known to be incomplete or the broker will not have us: out of touch until a new beginning. */
  reset(): void {
    this.base = undefined;
    this.heardAt = Number.NEGATIVE_INFINITY;
  }

  /** Says that the process runs; called a few times a second. After a pause only what is signed later counts. */
  tick(): void {
    const now = this.clock.monotonic();
    if (this.hasStalled(now)) this.stalledAt = now;
    this.tickedAt = now;
  }

  /** `wall` is the time by which something is to be judged, where that is not to be another moment. */
  isInTouch(wall = this.clock.now()): boolean {
    const now = this.clock.monotonic();
    return (
      now - this.heardAt < LIVENESS_DEADLINE_MS &&
      this.heardAt >= this.stalledAt &&
      !this.hasStalled(now) &&
      this.agreesWith(now, wall)
    );
  }

  /**
   * Events come later than the first one may have come, or their time has left the pace of ours: a new connection gives
   * a new measure. A beginning that took long is no reason: the next may take as long, and all would come again at once.
   */
  get isLate(): boolean {
    const lag = this.clock.monotonic() - this.signedAt;
    return lag - (this.base?.slack ?? 0) > LATE_MS || lag < -CLOCK_SKEW_MS;
  }

  /** The beginning took so long that what comes after it counts as nearly too old: a new measure is worth while, in time. */
  get isImprecise(): boolean {
    return this.base !== undefined && this.base.slack > IMPRECISE_MS;
  }

  /** Milliseconds since the last authentic event; infinite when there was none. */
  get age(): number {
    return this.clock.monotonic() - this.heardAt;
  }

  /** False where the wall clock is not the broker's, or the broker's is not what it was; true where nothing was heard. */
  get clocksAgree(): boolean {
    return this.base === undefined || this.agreesWith(this.clock.monotonic());
  }

  private hasStalled(now: number): boolean {
    return this.tickedAt !== undefined && now - this.tickedAt > STALL_MS;
  }

  /** The broker's time lies between two bounds; our wall clock has to be near them, and neither may have gone back. */
  private agreesWith(now: number, wall = this.clock.now()): boolean {
    if (this.base === undefined) return false;
    const most = this.base.brokerTime + (now - this.base.monotonic);
    const least = most - this.base.slack;
    const wentBack = most < this.believedTimeNow(now) - CLOCK_SKEW_MS;
    return !wentBack && wall >= least - CLOCK_SKEW_MS && wall <= most + CLOCK_SKEW_MS;
  }

  /** What the latest time that was believed has become by now. */
  private believedTimeNow(now: number): number {
    if (this.lastBelieved === undefined) return Number.NEGATIVE_INFINITY;
    return this.lastBelieved.brokerTime + (now - this.lastBelieved.monotonic);
  }

  /** Follows the broker's time as long as all agree; so a slow drift is followed, and a step is not. */
  private believe(brokerTime: number): void {
    const monotonic = this.clock.monotonic();
    if (this.agreesWith(monotonic) && !this.isLate) this.lastBelieved = { monotonic, brokerTime };
  }
}
