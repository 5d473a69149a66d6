import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Site } from '../../test/support/site.js';
import type { Closing } from '../support/closing.js';
import { load } from '../support/load.js';
import { bearing, startGatewaySite, subjectOf, tokenFor } from '../support/loaded-gateway.js';
import { kilobytes, megabytes, peakResidentBytes, resetPeak, residentBytes } from '../support/memory.js';
import { type Family, type Row, rounded } from '../support/table.js';

const INVOICE = '/billing/tenants/acme/invoices/inv-1';
const FEW_CONNECTIONS = 2_000;
const IDLE_CONNECTIONS = 8_000;
/** So many are opened at once. */
const AT_ONCE = 64;
const PIECE = Buffer.alloc(64 * 1024, 'x');
const LARGE_BYTES = 1024 ** 3;
/** Some 20 MB of lines. */
const WAITING_CALLS = 12_000;
const MOST_SECONDS = 6;
const SCOPE = [{ resource: 'invoices/*', actions: ['read', 'update'] }];

/** A gateway, and the token of its calls. */
type Measured = { site: Site; token: string };

const ALONE = { rival: '', rivalFigure: '', ratio: '' };

/** What a connection that waits for its next call, a body of a gigabyte, and records that wait for the broker cost, in resident memory. */
export const gatewayMemory: Family = {
  name: 'gateway-memory',
  async run(closing: Closing): Promise<Row[]> {
    const upstream = await startUpstream(closing);
    const change: Parameters<typeof startGatewaySite>[2] = ({ services }) => {
      for (const { routes } of services)
        routes.push({
          method: 'PUT',
          path: '/tenants/{tenant}/invoices/{id}',
          resource: 'invoices/{id}',
          action: 'update',
        });
    };
    const env = { COUNTERSIGN_GATEWAY_MAX_BODY_BYTES: String(2 * LARGE_BYTES) };
    const start = async () => {
      const site = await startGatewaySite(upstream, closing, change, env);
      return { site, token: await tokenFor(site, { scope: SCOPE }) };
    };
    const rows: Row[] = [await idleRow(await start())];
    // A gateway of its own: memory that thousands of connections left free would count as that of the body.
    const fresh = await start();
    for (const method of ['GET', 'PUT'] as const) rows.push(await largeRow(fresh, method));
    rows.push(await waitingRow(await start()));
    return rows;
  },
};

/**
 * Resident memory while the broker takes no records: more lines wait for it than the gateway keeps in memory (16 MiB). The broker is
 * stopped for less time than makes the gateway refuse calls.
 */
async function waitingRow({ site, token }: Measured): Promise<Row> {
  const subject = subjectOf(site, INVOICE, bearing(token));
  const calls = { url: subject.url, callers: subject.callers, connections: 64, mostSeconds: MOST_SECONDS };
  await load({ ...calls, amount: WAITING_CALLS });
  await subject.drained();
  const { pid } = site.gateway;
  const before = residentBytes(pid);
  process.kill(site.broker.pid, 'SIGSTOP');
  const { answered } = await load({ ...calls, amount: WAITING_CALLS });
  const waiting = residentBytes(pid);
  process.kill(site.broker.pid, 'SIGCONT');
  await subject.drained();
  return {
    ...ALONE,
    what: `memory of the gateway with the records of ${rounded(answered)} calls, which the broker does not take`,
    ...{ figure: `${megabytes(waiting)} (before: ${megabytes(before)})`, target: '' },
  };
}

/** The most resident memory while a gigabyte passes. */
async function largeRow({ site, token }: Measured, method: 'GET' | 'PUT'): Promise<Row> {
  const { pid } = site.gateway;
  resetPeak(pid);
  const before = residentBytes(pid);
  await transfer(site, method, token);
  return {
    ...ALONE,
    what: `most resident memory of the gateway, 1 GiB ${method === 'GET' ? 'down' : 'up'}`,
    ...{ figure: `${megabytes(peakResidentBytes(pid))} (before: ${megabytes(before)})`, target: '≤ 100 MB' },
  };
}

/** Answers a path that ends in `large` with a gigabyte, and reads every body. */
async function startUpstream(closing: Closing): Promise<string> {
  const server = createServer(async (incoming, response) => {
    for await (const _piece of incoming);
    if (incoming.method !== 'GET' || !incoming.url?.endsWith('/large')) {
      response.end('{"ok":true}');
      return;
    }
    response.writeHead(200, { 'content-length': LARGE_BYTES });
    for (let sent = 0; sent < LARGE_BYTES; sent += PIECE.length)
      if (!response.write(PIECE)) await once(response, 'drain');
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.add(async () => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** One call with a gigabyte in its answer (GET) or in its body (PUT). */
async function transfer(site: Site, method: 'GET' | 'PUT', token: string): Promise<void> {
  const length = method === 'PUT' ? { 'content-length': LARGE_BYTES } : {};
  const headers = { ...bearing(token), ...length };
  const sent = request(`${site.gatewayUrl}/billing/tenants/acme/invoices/large`, { method, headers });
  const answered = once(sent, 'response');
  answered.catch(() => undefined);
  if (method === 'PUT')
    for (let at = 0; at < LARGE_BYTES; at += PIECE.length) if (!sent.write(PIECE)) await once(sent, 'drain');
  sent.end();
  const [response] = (await answered) as [import('node:http').IncomingMessage];
  let bytes = 0;
  for await (const piece of response) bytes += (piece as Buffer).length;
  if (response.statusCode !== 200 || (method === 'GET' && bytes !== LARGE_BYTES))
    throw new Error(`${method} of a gigabyte: ${response.statusCode} with ${bytes} bytes`);
}

/** Connections that have made one call each and wait for the next one. */
async function idleRow({ site, token }: Measured): Promise<Row> {
  const { pid } = site.gateway;
  const sockets: Socket[] = [];
  const opened = async (amount: number): Promise<{ open: number; bytes: number }> => {
    while (sockets.length < amount)
      sockets.push(...(await Promise.all(Array.from({ length: AT_ONCE }, () => idle(site, token)))));
    await pause(500);
    return {
      open: sockets.filter(({ readyState }) => readyState === 'open').length,
      bytes: residentBytes(pid),
    };
  };
  // The first ones take memory that was free.
  const few = await opened(FEW_CONNECTIONS);
  const many = await opened(IDLE_CONNECTIONS);
  const open = many.open - few.open;
  const each = (many.bytes - few.bytes) / open;
  for (const socket of sockets) socket.destroy();
  return {
    ...ALONE,
    what: `memory of an idle connection, of ${open} more that made a call`,
    ...{ figure: kilobytes(each), target: '≤ 25 kB' },
  };
}

async function idle(site: Site, token: string): Promise<Socket> {
  const { port, host } = new URL(site.gatewayUrl);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(`GET ${INVOICE} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${token}\r\n\r\n`);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  if (answer.toString('latin1', 9, 12) !== '200')
    throw new Error(`an idle call: ${answer.toString('latin1', 0, 300)}`);
  socket.on('data', () => undefined).on('error', () => undefined);
  return socket;
}
