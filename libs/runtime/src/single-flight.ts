/**
 * Runs one operation at a time. A call that comes while one is under way starts nothing and shares its result, good or
 * bad; the first call after that starts the operation again.
 */
export class SingleFlight<T = void> {
  private underWay: Promise<T> | undefined;

  get isRunning(): boolean {
    return this.underWay !== undefined;
  }

  run(operation: () => Promise<T>): Promise<T> {
    this.underWay ??= operation().finally(() => {
      this.underWay = undefined;
    });
    return this.underWay;
  }

  /** Resolves when the operation that is under way has ended, however it ended. */
  async settle(): Promise<void> {
    await this.underWay?.catch(() => undefined);
  }
}
