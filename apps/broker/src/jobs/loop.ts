/** Called with what a turn threw; the loop goes on. */
export type LoopError = (name: string, error: unknown) => void;

/**
 * Does the same work again and again: at least every `everyMs`, and at once when woken. Turns never overlap;
 * a wake-up during a turn leads to one more right after it.
 */
export class Loop {
  private timer: NodeJS.Timeout | undefined;
  private turn: Promise<void> | undefined;
  private again = false;
  private stopped = true;

  constructor(
    readonly name: string,
    private readonly everyMs: number,
    private readonly work: () => Promise<void>,
    private readonly onError: LoopError,
  ) {}

  start(): void {
    this.stopped = false;
    this.wake();
  }

  wake(): void {
    if (this.stopped) return;
    if (this.turn !== undefined) {
      this.again = true;
      return;
    }
    clearTimeout(this.timer);
    this.turn = this.run();
  }

  /** Resolves when the turn that is under way has ended; none begins after. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.turn;
  }

  private async run(): Promise<void> {
    // A wake-up in the middle of a commit's callback must not run inside it.
    await Promise.resolve();
    do {
      this.again = false;
      try {
        await this.work();
      } catch (error) {
        this.onError(this.name, error);
        break;
      }
    } while (this.again && !this.stopped);
    this.turn = undefined;
    if (!this.stopped) this.timer = setTimeout(() => this.wake(), this.everyMs);
  }
}
