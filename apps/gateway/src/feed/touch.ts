import type { Clock } from '../clock.js';

/** A gateway that has not heard an authentic event for so long refuses everything (P6). */
export const TOUCH_DEADLINE_MS = 10_000;

/**
 * Whether the gateway is in touch with its broker. Age is measured by the monotonic clock and held against the
 * progress of the signed time, so that neither a stepped clock nor events that were held back on the way (or piled up
 * while this process was stopped) make old news fresh.
 */
export class Touch {
  private base: { monotonic: number; brokerTime: number } | undefined;
  private heardAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly clock: Pick<Clock, 'monotonic'>) {}

  /** A first event that answered our nonce: it was signed after `askedAt` (monotonic), so it is at most that old. */
  begin(brokerTime: number, askedAt: number): void {
    this.base = { monotonic: askedAt, brokerTime };
    this.heardAt = askedAt;
  }

  /** A later authentic event with its signed time. */
  heard(brokerTime: number): void {
    if (this.base === undefined) return;
    const signedAt = this.base.monotonic + (brokerTime - this.base.brokerTime);
    // A broker whose clock was set forward must not vouch for the future.
    this.heardAt = Math.max(this.heardAt, Math.min(signedAt, this.clock.monotonic()));
  }

  /** The state is known to be incomplete or the broker will not have us: out of touch until a new beginning. */
  lost(): void {
    this.base = undefined;
    this.heardAt = Number.NEGATIVE_INFINITY;
  }

  isInTouch(): boolean {
    return this.clock.monotonic() - this.heardAt < TOUCH_DEADLINE_MS;
  }

  /** Milliseconds since the last authentic event; infinite when there was none. */
  get age(): number {
    return this.clock.monotonic() - this.heardAt;
  }
}
