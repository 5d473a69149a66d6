const SHORTEST_MS = 100;
/** With it, and an answer that takes as long as this is meant for, a record is still at the broker within a second. */
const LONGEST_MS = 450;
const TIMES_THE_ANSWER = 3;

/**
 * How long records are gathered before a batch: so long that those of some calls share it, and longer the longer the
 * broker took for the last one. A broker with many gateways is asked less often then, for more at once, instead of
 * falling behind with a batch for each call.
 */
export class Gathering {
  private next = SHORTEST_MS;
  private ended = false;
  private hurry: (() => void) | undefined;

  /** How long the next rest is. */
  get milliseconds(): number {
    return this.next;
  }

  /** The broker took so long, in milliseconds, to take a batch. */
  answeredIn(milliseconds: number): void {
    this.next = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, milliseconds * TIMES_THE_ANSWER));
  }

  /** Resolves when enough has been waited, or when there is no more time for it. */
  async rest(): Promise<void> {
    if (this.ended) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.next);
      this.hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.hurry = undefined;
  }

  /** From here on nothing is gathered. */
  end(): void {
    this.ended = true;
    this.hurry?.();
  }
}
