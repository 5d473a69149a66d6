import { minuteOf } from './minute-counters.js';

/** Refusals of one grant that get a record each, per minute; further ones of that minute fold into one per code. */
const EACH_PER_MINUTE = 60;

type Minute = { minute: number; count: number };
type Folded<T> = { first: T; count: number };

/**
 * Bounds what a caller with a valid token can make us write: beyond 60 a minute and grant, refusals are counted by
 * code and come out as one with a count when the minute is over. Allowed calls are never folded.
 */
export class RefusalFolding<T> {
  private readonly minutes = new Map<string, Minute>();
  private folded = new Map<string, Folded<T>>();

  /**
   * The refusal whose record tells of this one: itself where it stands alone (then the caller writes it), else the
   * first of its like, whose record comes when the minute is over.
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

  /** What was folded since the last time; to be called each minute. */
  drain(now: number): Folded<T>[] {
    const minute = minuteOf(now);
    for (const [digest, seen] of this.minutes) if (seen.minute < minute) this.minutes.delete(digest);
    const folded = [...this.folded.values()];
    this.folded = new Map();
    return folded;
  }
}
