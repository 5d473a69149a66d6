import { toInstant } from '@countersign/contract';
import type { MinuteCount } from '@countersign/gateway-protocol';

const MINUTE_MS = 60_000;

/** The minute of an instant (milliseconds since the epoch), counted from the epoch. */
export const minuteOf = (now: number): number => Math.floor(now / MINUTE_MS);

const keyOf = ({ service, code }: Pick<MinuteCount, 'service' | 'code'>) => `${service ?? ''} ${code}`;

/**
 * Refusals without a verified token, by service, code and minute. Anyone can cause them, so each costs a number in
 * memory and never a write. `service` is always a known one, so the number of counters is bounded.
 */
export class MinuteCounters {
  private counts = new Map<string, MinuteCount>();
  /** Counters that could not be written, by service and code. They keep the minute in which they began. */
  private readonly backlog = new Map<string, MinuteCount>();

  add(service: string | null, code: string, now: number, count = 1): void {
    const minute = toInstant(new Date(minuteOf(now) * MINUTE_MS));
    const key = `${minute} ${keyOf({ service, code })}`;
    const counter = this.counts.get(key) ?? { service, code, minute, count: 0 };
    counter.count += count;
    this.counts.set(key, counter);
  }

  /** At most this many of the counters since the last time. The rest waits for the next call. */
  drain(most: number): MinuteCount[] {
    if (this.backlog.size > 0) this.hold(this.counts.values());
    const from = this.backlog.size > 0 ? this.backlog : this.counts;
    if (from === this.backlog) this.counts = new Map();
    const taken = [...from].slice(0, most);
    for (const [key] of taken) from.delete(key);
    return taken.map(([, counter]) => counter);
  }

  /** Takes back counters that could not be written. */
  hold(counters: Iterable<MinuteCount>): void {
    for (const counter of counters) {
      const { minute, count } = this.backlog.get(keyOf(counter)) ?? { minute: counter.minute, count: 0 };
      this.backlog.set(keyOf(counter), { ...counter, minute, count: count + counter.count });
    }
  }
}

/** Refusals of one grant that get their own record, for each minute. Further ones of that minute are folded by code. */
const EACH_PER_MINUTE = 60;

type Minute = { minute: number; count: number };
type Folded<T> = { first: T; count: number };

/**
 * Limits what a caller with a valid token can make the gateway write: after 60 refusals a minute and grant, refusals
 * are counted by code and become one record with a count at the end of the minute. Allowed calls are never folded.
 */
export class RefusalFolding<T> {
  private readonly minutes = new Map<string, Minute>();
  private folded = new Map<string, Folded<T>>();

  /**
   * The refusal whose record covers this one: itself if it stands alone (then the caller writes it), otherwise the
   * first one with the same code, whose record is written at the end of the minute.
   */
  take(digest: string, code: string, refusal: T, now: number): { into: T; alone: boolean } {
    const minute = minuteOf(now);
    const seen = this.minutes.get(digest);
    if (seen === undefined || seen.minute !== minute) {
      this.minutes.set(digest, { minute, count: 1 });
      return { into: refusal, alone: true };
    }
    if (++seen.count <= EACH_PER_MINUTE) return { into: refusal, alone: true };
    const key = `${digest} ${code}`;
    const like = this.folded.get(key) ?? { first: refusal, count: 0 };
    like.count += 1;
    this.folded.set(key, like);
    return { into: like.first, alone: false };
  }

  /** What was folded since the last time. Called each minute. */
  drain(now: number): Folded<T>[] {
    const minute = minuteOf(now);
    for (const [digest, seen] of this.minutes) if (seen.minute < minute) this.minutes.delete(digest);
    const folded = [...this.folded.values()];
    this.folded = new Map();
    return folded;
  }
}
