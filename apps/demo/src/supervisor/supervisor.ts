import { DemoError } from '../environment.js';
import { Service, type ServiceOptions } from './service.js';

const GRACE_MS = 4_000;

/**
 * Starts the demo's processes and stops them together. Nothing is restarted: a demo that mends itself in
 * silence would hide the fault that somebody came to see.
 */
export class Supervisor {
  private readonly services: Service[] = [];
  private readonly firstEnd: Promise<never>;
  private tellEnd: (error: DemoError) => void = () => {};
  private stopping: Promise<void> | undefined;

  constructor(private readonly logsOf: (name: string) => string) {
    this.firstEnd = new Promise((_resolve, reject) => {
      this.tellEnd = reject;
    });
    // Whoever waits gets the rejection; before anybody waits it must not count as unhandled.
    this.firstEnd.catch(() => {});
  }

  start(options: ServiceOptions): void {
    const service = new Service(options);
    this.services.push(service);
    service.ended.then((how) => {
      if (this.stopping === undefined) {
        const detail = `the ${service.name} ${how}; its log is ${this.logsOf(service.name)}`;
        this.tellEnd(new DemoError('process_ended', detail));
      }
    });
  }

  /** Waits for `work`, or rejects with `process_ended` as soon as one of the processes ends by itself. */
  whileAllRun<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.firstEnd]);
  }

  /** Asks all to stop, those started last first, and ends by force what has not ended after 4 s. */
  stop(): Promise<void> {
    this.stopping ??= this.stopAll();
    return this.stopping;
  }

  killAll(): void {
    for (const service of this.services) service.kill('SIGKILL');
  }

  private async stopAll(): Promise<void> {
    const force = setTimeout(() => this.killAll(), GRACE_MS);
    // The gateway goes first and may still hand its last records to the broker.
    for (const service of this.services.toReversed()) {
      service.kill('SIGTERM');
      await Promise.race([
        service.ended,
        new Promise((resolve) => setTimeout(resolve, GRACE_MS / 3).unref()),
      ]);
    }
    await Promise.all(this.services.map((service) => service.ended));
    clearTimeout(force);
  }
}
