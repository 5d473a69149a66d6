/** Called with what a turn threw. The loop goes on: the next turn comes after the usual time. */
export type LoopError = (name: string, error: unknown) => void;

/**
 * Does the same work again and again: `everyMs` after the last turn ended, and at once when woken. Turns never overlap.
 * A wake-up during a turn leads to one more turn after it. Wake-ups in quick succession share turns (`restMs`).
 */
export class PeriodicLoop {
  private timer: NodeJS.Timeout | undefined;
  private turn: Promise<void> | undefined;
  private isWoken = false;
  private isStopped = true;
  /** When the last turn began; monotonic milliseconds. */
  private began = Number.NEGATIVE_INFINITY;

  /** @param restMs the least time from the beginning of a turn to that of the next: the first wake-up is answered at once */
  constructor(
    readonly name: string,
    private readonly everyMs: number,
    private readonly work: () => Promise<void>,
    private readonly onError: LoopError,
    private readonly restMs = 0,
  ) {}

  /** Begins with a turn at once. */
  start(): void {
    this.isStopped = false;
    this.wake();
  }

  wake(): void {
    if (this.isStopped) return;
    if (this.turn !== undefined) {
      this.isWoken = true;
      return;
    }
    clearTimeout(this.timer);
    const rest = this.began + this.restMs - performance.now();
    if (rest > 0) this.timer = setTimeout(() => this.wake(), rest);
    else this.turn = this.run();
  }

  /** Resolves when the turn that is under way has ended. No turn begins after this call. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.turn;
  }

  private async run(): Promise<void> {
    // A wake-up inside a commit's callback must not run the work inside that callback.
    await Promise.resolve();
    this.began = performance.now();
    this.isWoken = false;
    try {
      await this.work();
    } catch (error) {
      this.isWoken = false;
      this.onError(this.name, error);
    }
    this.turn = undefined;
    if (this.isStopped) return;
    if (this.isWoken) this.wake();
    else this.timer = setTimeout(() => this.wake(), this.everyMs);
  }
}
