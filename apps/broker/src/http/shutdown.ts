import type { Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';

const POLL_MS = 20;
const DRAIN_MS = 4_000;

/** Lets requests in progress finish while the other parts of the broker stop. */
@Injectable()
export class Shutdown implements BeforeApplicationShutdown {
  private drained: Promise<void> | undefined;

  get stopping(): boolean {
    return this.drained !== undefined;
  }

  /** Accepts no more connections. Requests that have not finished after 4 s are cut. */
  begin(server: Server): void {
    this.drained ??= drain(server, DRAIN_MS);
  }

  /** Nest calls it once every part has ended its streams in `onModuleDestroy`. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.drained;
  }
}

/** Closes idle connections as soon as they are idle, and cuts what is still open after `limitMs`. */
async function drain(server: Server, limitMs: number): Promise<void> {
  let closed = false;
  const done = new Promise<void>((resolve) =>
    server.close(() => {
      closed = true;
      resolve();
    }),
  );
  const until = performance.now() + limitMs;
  while (!closed && performance.now() < until) {
    server.closeIdleConnections();
    await Promise.race([done, pause(POLL_MS)]);
  }
  server.closeAllConnections();
  await done;
}
