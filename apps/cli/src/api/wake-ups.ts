import { sleep } from '@countersign/runtime';
import { createParser } from 'eventsource-parser';
import type { Api } from './client.js';

/**
 * The broker's event stream used as a wake-up alone: what an event says is not believed, the caller looks for
 * itself. While no stream can be had, `next` answers after `pollMs`; with one it answers at an event, or
 * after `idleMs` in case one was lost.
 */
export class WakeUps {
  private readonly stop = new AbortController();
  private connected = false;
  private pending = false;
  private wake: (() => void) | undefined;

  constructor(
    private readonly api: Pick<Api, 'stream'>,
    private readonly times: { pollMs: number; idleMs: number } = { pollMs: 1000, idleMs: 5000 },
  ) {
    void this.listen();
  }

  /** Resolves when it is time to look again; at once where something happened since the last look. */
  async next(signal: AbortSignal): Promise<void> {
    if (!this.pending && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.connected ? this.times.idleMs : this.times.pollMs);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
        signal.addEventListener('abort', this.wake, { once: true });
      });
    }
    this.pending = false;
    this.wake = undefined;
  }

  close(): void {
    this.stop.abort();
    this.wake?.();
  }

  private async listen(): Promise<void> {
    while (!this.stop.signal.aborted) {
      await this.follow().catch(() => undefined);
      this.connected = false;
      // Does not keep the process alive.
      await sleep(this.times.idleMs, this.stop.signal, false);
    }
  }

  private async follow(): Promise<void> {
    const answer = await this.api.stream('/api/v1/stream', this.stop.signal);
    this.connected = true;
    const parser = createParser({ onEvent: () => this.ring() });
    const decoder = new TextDecoder();
    for await (const chunk of answer.body ?? [])
      parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
  }

  private ring(): void {
    this.pending = true;
    this.wake?.();
  }
}
