import { toInstant } from '@countersign/scope';

const MINUTE_MS = 60_000;

export type MinuteCount = { service: string | null; code: string; minute: string; count: number };

/**
 * Refusals without a verified token, by service, code and minute. They are garbage until shown otherwise: each costs a
 * number in memory, never a write. `service` only ever is a known one, so the number of counters is bounded.
 */
export class MinuteCounters {
  private counts = new Map<string, MinuteCount>();

  add(service: string | null, code: string, now: number): void {
    const minute = toInstant(new Date(Math.floor(now / MINUTE_MS) * MINUTE_MS));
    const key = `${minute} ${service ?? ''} ${code}`;
    const counter = this.counts.get(key) ?? { service, code, minute, count: 0 };
    counter.count += 1;
    this.counts.set(key, counter);
  }

  /** Everything counted since the last time. */
  drain(): MinuteCount[] {
    const counts = [...this.counts.values()];
    this.counts = new Map();
    return counts;
  }
}
