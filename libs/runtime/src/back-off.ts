/** How long a caller waits between attempts that fail. Durations are milliseconds. */
export type BackOffPolicy = {
  /** The delay after the first failure. Each further failure doubles it. */
  firstMs: number;
  /** No delay is longer. */
  longestMs: number;
  /**
   * The share of a delay that chance may take off, from 0 (none) to 1 (all of it). It keeps callers that failed together
   * from coming back together. Default: 0.5.
   */
  jitter?: number;
};

/** A number from 0 up to, but not including, 1. */
export type Random = () => number;

/**
 * The delay after the `failures`-th failure in a row, in whole milliseconds. `failures` counts from 1; at 0 there is
 * nothing to wait for.
 */
export function backOffDelay(
  failures: number,
  { firstMs, longestMs, jitter = 0.5 }: BackOffPolicy,
  random: Random = Math.random,
): number {
  if (failures < 1) return 0;
  const delay = Math.min(firstMs * 2 ** (failures - 1), longestMs);
  return Math.round(delay * (1 - jitter + jitter * random()));
}

/** Counts the failures of one repeated operation, for a loop that waits between its attempts. */
export class BackOff {
  private failures = 0;

  constructor(
    private readonly policy: BackOffPolicy,
    private readonly random: Random = Math.random,
  ) {}

  /** Counts one failure and returns how many milliseconds to wait before the next attempt. */
  next(): number {
    this.failures += 1;
    return backOffDelay(this.failures, this.policy, this.random);
  }

  /** The operation succeeded: the next failure is the first again. */
  reset(): void {
    this.failures = 0;
  }

  /** The operation worked for long enough that its next failure is followed by an attempt at once. */
  resetAndSkipNext(): void {
    this.failures = -1;
  }
}

/**
 * The same for an operation that a frequent timer offers to run: the caller asks whether an attempt is due.
 * A monotonic clock is passed in, so that a step of the wall clock neither delays nor hastens an attempt.
 */
export class RetryTimer {
  private readonly backOff: BackOff;
  private dueAt = Number.NEGATIVE_INFINITY;

  /** @param policy default: 1 s to 1 min, without jitter */
  constructor(
    private readonly clock: { monotonic(): number },
    policy: BackOffPolicy = { firstMs: 1_000, longestMs: 60_000, jitter: 0 },
  ) {
    this.backOff = new BackOff(policy);
  }

  get isDue(): boolean {
    return this.clock.monotonic() >= this.dueAt;
  }

  failed(): void {
    this.dueAt = this.clock.monotonic() + this.backOff.next();
  }

  /** It succeeded, or the other side is another one now: an attempt is due at once. */
  reset(): void {
    this.backOff.reset();
    this.dueAt = Number.NEGATIVE_INFINITY;
  }
}
