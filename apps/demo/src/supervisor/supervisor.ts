import { DemoError } from '../environment.js';
import { Service, type ServiceOptions } from './service.js';

const GRACE_MS = 4_000;

/** Starts the demo's processes and stops them together. It restarts none: a restart would hide the fault. */
export class Supervisor {
  private readonly services: Service[] = [];
  private readonly firstEnd: Promise<never>;
  private rejectFirstEnd: (error: DemoError) => void = () => {};
  private stopping: Promise<void> | undefined;

  constructor(private readonly logPath: (name: string) => string) {
    this.firstEnd = new Promise((_resolve, reject) => {
      this.rejectFirstEnd = reject;
    });
    // A process may end before anything waits for it: that must not count as an unhandled rejection.
    this.firstEnd.catch(() => {});
  }

  start(options: ServiceOptions): void {
    const service = new Service(options);
    this.services.push(service);
    service.ended.then((how) => {
      if (this.stopping !== undefined) return;
      const detail = `the ${service.name} ${how}; its log is ${this.logPath(service.name)}`;
      this.rejectFirstEnd(new DemoError('process_ended', detail));
    });
  }

  /** Waits for `work`. @throws DemoError `process_ended` as soon as one of the processes ends by itself */
  whileAllRun<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.firstEnd]);
  }

  /** Stops all processes, the last started first. Kills those that have not ended after 4 s. */
  stop(): Promise<void> {
    this.stopping ??= this.stopAll();
    return this.stopping;
  }

  killAll(): void {
    for (const service of this.services) service.kill('SIGKILL');
  }

  private async stopAll(): Promise<void> {
    const force = setTimeout(() => this.killAll(), GRACE_MS);
    // One after the other: the gateway still sends its last records to the broker.
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
