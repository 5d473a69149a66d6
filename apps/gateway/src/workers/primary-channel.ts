import { deserialize } from 'node:v8';
import type { ToPrimary, ToWorker, WorkerRequest } from './messages.js';

type Pending = { resolve(result: unknown): void; reject(error: Error): void };

/** A worker's messages to and from its primary. Without its primary a worker ends at once: nothing is served without a feed. */
export class PrimaryChannel {
  private readonly pending = new Map<number, Pending>();
  private last = 0;

  /** Takes every message but the answers to requests, in their order. */
  listen(take: (message: ToWorker) => void): void {
    process.on('disconnect', () => process.exit(1));
    // A module that was loaded before may have released it, and nothing else keeps this process alive yet.
    process.channel?.ref();
    process.on('message', (message: ToWorker) => {
      if (message.type === 'answer') this.settle(message.to)?.resolve(message.result);
      else if (message.type === 'failure') this.settle(message.to)?.reject(new Error(message.reason));
      else take(message.type === 'serialized' ? deserialize(message.bytes) : message);
    });
  }

  send(message: ToPrimary): void {
    if (!process.connected) process.exit(1);
    process.send?.(message);
  }

  /** Resolves with the primary's answer. Rejects if the primary refuses. */
  request(request: WorkerRequest): Promise<unknown> {
    this.last += 1;
    const id = this.last;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      this.send({ type: 'request', id, request });
    });
  }

  private settle(id: number): Pending | undefined {
    const found = this.pending.get(id);
    this.pending.delete(id);
    return found;
  }
}
