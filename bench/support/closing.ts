/** What has to be taken down again, last first: also when a benchmark fails or someone presses Ctrl-C. */
export class Closing {
  private readonly work: (() => Promise<void>)[] = [];

  constructor() {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => void this.closeAll().finally(() => process.exit(1)));
    }
  }

  add(close: () => Promise<void>): void {
    this.work.push(close);
  }

  async closeAll(): Promise<void> {
    for (let close = this.work.pop(); close !== undefined; close = this.work.pop()) await close();
  }
}
