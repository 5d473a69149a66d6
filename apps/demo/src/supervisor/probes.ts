import { get } from 'node:http';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { DemoError } from '../environment.js';

export type WantedPort = { use: string; variable: string; host: string; port: number };

/**
 * Checks that each port is free, before anything is written or started.
 * @throws DemoError `port_in_use`, `port_unavailable`
 */
export async function checkPorts(ports: WantedPort[]): Promise<void> {
  for (const { use, variable, host, port } of ports) {
    const reason = await tryListen(host, port);
    if (reason === undefined) continue;
    if (reason === 'EADDRINUSE') {
      throw new DemoError(
        'port_in_use',
        `port ${port}, for the ${use}, is in use: perhaps by another "npm start". Stop that one, or set ${variable} to a free port`,
      );
    }
    throw new DemoError('port_unavailable', `port ${port}, for the ${use}, cannot be used (${reason})`);
  }
}

function tryListen(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

const PAUSE_MS = 50;
const CALL_TIMEOUT_MS = 2_000;

/**
 * Polls `url` until it answers 200.
 * @throws DemoError `not_ready` after `limitMs`; the signal's reason if it is aborted
 */
export async function untilReady(
  name: string,
  url: string,
  limitMs: number,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + limitMs;
  let last = 'no answer';
  while (performance.now() < deadline) {
    signal.throwIfAborted();
    last = await probe(url, signal);
    if (last === '200') return;
    await wait(PAUSE_MS, undefined, { signal });
  }
  throw new DemoError('not_ready', `the ${name} is not ready after ${limitMs / 1000} s (${url}: ${last})`);
}

/** The status of one answer. `fetch` would refuse ports that browsers consider unsafe, such as 6000. */
async function probe(url: string, signal: AbortSignal): Promise<string> {
  try {
    return await fetchStatus(url, AbortSignal.any([signal, AbortSignal.timeout(CALL_TIMEOUT_MS)]));
  } catch {
    signal.throwIfAborted();
    return 'no answer';
  }
}

function fetchStatus(url: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(url, { signal, agent: false }, (answer) => {
      resolve(String(answer.statusCode));
      answer.resume();
      answer.on('error', () => undefined);
    });
    request.on('error', reject);
  });
}
