/** Bounds how many operations run at once. Those that wait begin first come, first served. */
export class Semaphore {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  /** @param places how many may run at once */
  constructor(places: number) {
    this.free = places;
  }

  /** Runs the operation as soon as a place is free, and frees the place however the operation ends. */
  async run<T>(operation: () => Promise<T>): Promise<T> {
    await this.enter();
    try {
      return await operation();
    } finally {
      this.leave();
    }
  }

  private enter(): Promise<void> {
    if (this.free === 0) return new Promise((resolve) => this.waiting.push(resolve));
    this.free -= 1;
    return Promise.resolve();
  }

  /** Hands the place to the operation that has waited longest. */
  private leave(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.free += 1;
    else next();
  }
}
