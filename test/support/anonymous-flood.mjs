/**
 * A worker thread of `AnonymousFlood`: clients without credentials that call a broker as fast as it answers, each on a
 * connection of its own. Half of them guess codes of command lines; the other half send large bodies.
 */
import { randomBytes } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { Pool } from 'undici';

const { brokerUrl, clients } = workerData;
const pool = new Pool(brokerUrl, { connections: clients, pipelining: 1 });
const statuses = {};
let stopped = false;

/** A well-formed body of about 1 MiB that would be expensive to parse. */
const items = Array.from({ length: 65_000 }, (_, index) => ({ a: index }));
const large = { path: '/api/v1/requests', body: Buffer.from(JSON.stringify({ items })) };
const secret = () => randomBytes(32).toString('base64url');
const guess = () => ({
  path: '/auth/cli/token',
  body: JSON.stringify({ code: secret(), verifier: secret() }),
});

async function work(next) {
  while (!stopped) {
    let status = 'broken';
    try {
      const headers = { 'content-type': 'application/json' };
      const answer = await pool.request({ method: 'POST', headers, ...next() });
      await answer.body.dump();
      status = answer.statusCode;
    } catch {
      // The broker closed the connection before the whole body was sent. The pool opens another one.
    }
    statuses[status] = (statuses[status] ?? 0) + 1;
  }
}

const workers = Array.from({ length: clients }, (_, index) => work(index % 2 === 0 ? guess : () => large));
parentPort.once('message', async () => {
  stopped = true;
  await pool.destroy();
  await Promise.all(workers);
  parentPort.postMessage(statuses);
});
