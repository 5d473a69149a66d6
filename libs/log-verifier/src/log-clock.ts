/** A broker writes each day's leaves within minutes after midnight UTC. If a log has no leaf for longer, no broker was running. */
export const LONGEST_QUIET_MS = 25 * 3_600_000;

export type LogClockState = {
  /** The newest time of a leaf, in milliseconds since the epoch; null before the first leaf. */
  now: number | null;
  /** From when until when no broker wrote to this log, nor to the deployment's. */
  outages: { from: number; to: number }[];
};

/**
 * The time of a log, as its leaves show it, and when no broker was running. Such time counts toward no deadline, neither of brokers nor
 * of gateways, which refuse every call without a broker.
 */
export class LogClock {
  constructor(
    /** Times of the leaves of the deployment's log, in their order from the oldest. */
    private readonly deployment: readonly number[],
    readonly state: LogClockState = { now: null, outages: [] },
  ) {}

  /** The newest time of a leaf. */
  get now(): number {
    return this.state.now ?? Number.NEGATIVE_INFINITY;
  }

  /** Takes the time of the next leaf. @returns whether the log was quiet before it for longer than a running broker leaves it */
  take(at: number): boolean {
    const { now, outages } = this.state;
    if (now !== null && at <= now) return false;
    this.state.now = at;
    if (now === null || at - now <= LONGEST_QUIET_MS) return false;
    const before = outages.length;
    let last = now;
    for (const time of [...this.deployment.filter((each) => each > now && each < at), at]) {
      if (time - last > LONGEST_QUIET_MS) outages.push({ from: last, to: time });
      last = time;
    }
    return outages.length > before;
  }

  /** For how long brokers were running in a span, in milliseconds. */
  running(from: number, to: number): number {
    const without = this.state.outages.reduce((sum, outage) => sum + overlap(outage, { from, to }), 0);
    return Math.max(0, to - from - without);
  }
}

export type Span = { from: number; to: number };

/** How long two spans have in common. */
export const overlap = (one: Span, other: Span): number =>
  Math.max(0, Math.min(one.to, other.to) - Math.max(one.from, other.from));
