import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that systems assign automatically (32768 and up on Linux, 49152 elsewhere). */
const LOWEST = 16_000;
/** Each worker of a run has ports of its own: two could otherwise reserve one port before either listens on it. */
const SHARES = 16;
const PORTS_IN_SHARE = 1_000;
const MOST_TRIES = 100;
/** No port is assigned twice, because a test may reserve one long before a program listens on it. */
const ports = new Set<number>();

/**
 * A loopback port that was free a moment ago, for programs that must keep their address over a restart. No connection
 * and no `listen(0)` of another test takes it meanwhile, because those get higher ports.
 *
 * @throws Error if none is free
 */
export async function freePort(): Promise<number> {
  const lowest = LOWEST + (Number(process.env['JEST_WORKER_ID'] ?? 0) % SHARES) * PORTS_IN_SHARE;
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const port = lowest + randomInt(PORTS_IN_SHARE);
    if (ports.has(port)) continue;
    const server = createServer();
    const listening = once(server, 'listening').then(
      () => true,
      () => false,
    );
    server.listen(port, '127.0.0.1');
    if (!(await listening)) continue;
    server.close();
    await once(server, 'close');
    ports.add(port);
    return port;
  }
  throw new Error(`no free port in ${MOST_TRIES} tries`);
}
