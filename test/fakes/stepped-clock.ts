import type { Clock } from '../../apps/gateway/src/clock.js';

const MINUTE_MS = 60_000;

/**
 * The machine's clocks, both moved by as much as the test says. It starts at the beginning of a minute, so that no
 * minute ends by chance.
 */
export class SteppedClock implements Clock {
  offset = MINUTE_MS - (Date.now() % MINUTE_MS);

  now(): number {
    return Date.now() + this.offset;
  }

  monotonic(): number {
    return performance.now() + this.offset;
  }
}
