import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** Clients without credentials that flood a broker, in a thread of their own so that they do not delay what a test measures. */
export class AnonymousFlood {
  private readonly worker: Worker;

  constructor(brokerUrl: string, clients: number) {
    const workerData = { brokerUrl, clients };
    this.worker = new Worker(new URL('./anonymous-flood.mjs', import.meta.url), { workerData });
  }

  /** @returns how often each status arrived */
  async stop(): Promise<Record<string, number>> {
    const reported = once(this.worker, 'message') as Promise<[Record<string, number>]>;
    this.worker.postMessage('stop');
    const [statuses] = await reported;
    await this.worker.terminate();
    return statuses;
  }
}
