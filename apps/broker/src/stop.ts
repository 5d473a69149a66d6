import type { Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

const LOOK_MS = 20;

/**
 * Takes no more connections and lets requests at hand finish; what is not done after `limitMs` is cut.
 * Connections that idle are closed as soon as they do.
 */
export async function drain(server: Server, limitMs: number): Promise<void> {
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
    await Promise.race([done, pause(LOOK_MS)]);
  }
  server.closeAllConnections();
  await done;
}
