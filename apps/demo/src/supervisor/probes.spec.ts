import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { checkPorts, untilReady } from './probes.js';

test('a port in use is reported with its purpose and the variable that chooses another', async () => {
  const holder = createTcpServer();
  await new Promise<void>((resolve) => {
    holder.listen(0, '127.0.0.1', resolve);
  });
  const { port } = holder.address() as AddressInfo;
  const wanted = [{ use: 'broker', variable: 'COUNTERSIGN_PORT', host: '127.0.0.1', port }];
  await expect(checkPorts(wanted)).rejects.toMatchObject({
    code: 'port_in_use',
    message: expect.stringContaining(`port ${port}, for the broker, is in use`),
  });
  await new Promise((resolve) => {
    holder.close(resolve);
  });
  await expect(checkPorts(wanted)).resolves.toBeUndefined();
});

/** Ports that `fetch` refuses to call, no matter what listens there. */
const BLOCKED = [6000, 6566, 6665, 6666, 6667, 6668, 6669, 6697, 10080];

/** A server on the first of these ports that is free. */
async function listenOnBlocked(server: Server): Promise<number> {
  for (const port of BLOCKED) {
    server.listen(port, '127.0.0.1');
    const listening = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (listening) return port;
  }
  throw new Error('every port of the list is taken');
}

describe('untilReady', () => {
  let server: Server;
  let status: number[];
  beforeEach(() => {
    status = [];
    server = createServer((_request, response) => response.writeHead(status.shift() ?? 200).end('ok'));
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  test('calls any port, also one that browsers refuse', async () => {
    const port = await listenOnBlocked(server);
    await untilReady('gateway', `http://127.0.0.1:${port}/readyz`, 5_000, new AbortController().signal);
  });

  test('polls until the answer is 200, and reports the last answer if it never is', async () => {
    const port = await listenOnBlocked(server);
    const url = `http://127.0.0.1:${port}/readyz`;
    status = [503, 404];
    await untilReady('gateway', url, 5_000, new AbortController().signal);
    expect(status).toEqual([]);
    status = Array.from({ length: 1_000 }, () => 503);
    await expect(untilReady('gateway', url, 200, new AbortController().signal)).rejects.toMatchObject({
      code: 'not_ready',
      message: expect.stringContaining(': 503)'),
    });
  });

  test('ends with the reason of its signal', async () => {
    const stop = new AbortController();
    stop.abort(new Error('stopped'));
    await expect(untilReady('gateway', 'http://127.0.0.1:1/', 5_000, stop.signal)).rejects.toThrow('stopped');
  });
});
