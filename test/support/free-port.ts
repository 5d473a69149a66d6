import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that systems hand out by themselves (32768 and up on Linux, 49152 elsewhere). */
const LOWEST = 16_000;
const HIGHEST = 32_000;
const MOST_TRIES = 100;
/** None is handed out twice: it may be asked for long before somebody listens there. */
const given = new Set<number>();

/**
 * A loopback port that was free a moment ago. For programs that must keep their address over a restart: no connection
 * and no `listen(0)` of another test takes it meanwhile, since those are given ports from further above.
 *
 * @throws Error where none is free
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const port = randomInt(LOWEST, HIGHEST);
    if (given.has(port)) continue;
    const server = createServer();
    const listening = once(server, 'listening').then(
      () => true,
      () => false,
    );
    server.listen(port, '127.0.0.1');
    if (!(await listening)) continue;
    server.close();
    await once(server, 'close');
    given.add(port);
    return port;
  }
  throw new Error(`no free port in ${MOST_TRIES} tries`);
}
