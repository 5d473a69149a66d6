import { RateLimited } from '../http/problem.js';

/** How long after the first request of a round its work begins. */
const ROUND_MS = 500;
/** A round of more would keep the store busy for too long. */
const MOST_IN_ROUND = 200;

/**
 * Collects what callers request, and does the work of all of them together, some time after they were answered. Otherwise the
 * time of the caller's next request would show whether there was work to do. A flood makes rounds larger, not more of them.
 */
export class CodeRounds<Request> {
  private waiting: Request[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly running = new Set<Promise<void>>();

  /** @param work never rejects */
  constructor(private readonly work: (requests: Request[]) => Promise<void>) {}

  /**
   * @param isKnown a flood of strangers keeps this caller out of no round, because the caller's own requests are few
   * @throws RateLimited if the round is full
   */
  add(request: Request, isKnown: boolean): void {
    if (!isKnown && this.waiting.length >= MOST_IN_ROUND)
      throw new RateLimited(ROUND_MS / 1_000, 'Too many requests at once.');
    this.waiting.push(request);
    this.timer ??= setTimeout(() => this.run(), ROUND_MS);
  }

  /** Drops what waits, and resolves when the work that has begun is over. */
  async stop(): Promise<void> {
    clearTimeout(this.timer);
    this.waiting = [];
    await Promise.all(this.running);
  }

  private run(): void {
    this.timer = undefined;
    const requests = this.waiting;
    this.waiting = [];
    const work = this.work(requests);
    this.running.add(work);
    void work.finally(() => this.running.delete(work));
  }
}
