import type { Clock } from '../clock.js';

const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;

/** When something that failed is to be tried again: after 1 s, and twice as long after each further failure, at most 1 min. */
export class RetryPace {
  private pause = FIRST_MS;
  private notBefore = Number.NEGATIVE_INFINITY;

  constructor(private readonly clock: Pick<Clock, 'monotonic'>) {}

  get isDue(): boolean {
    return this.clock.monotonic() >= this.notBefore;
  }

  failed(): void {
    this.notBefore = this.clock.monotonic() + this.pause;
    this.pause = Math.min(this.pause * 2, LONGEST_MS);
  }

  /** It succeeded, or all is another now: due at once, and patient anew. */
  begin(): void {
    this.pause = FIRST_MS;
    this.notBefore = Number.NEGATIVE_INFINITY;
  }
}
