import { randomBytes } from 'node:crypto';
import { chmodSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Grant, grantEndpoints } from '@countersign/api';
import { sleep } from '@countersign/runtime';
import { openWithId } from '../api/find-id.js';
import type { Context } from '../command/context.js';
import { CliError, usageError } from '../command/errors.js';
import { parseWholeNumber } from '../command/flags.js';
import { formatInstant } from '../terminal/time.js';
import { GrantTokens, readGatewayUrl, requireActive } from './grant-token.js';
import { createProxyServer } from './proxy-server.js';

/** How often the proxy asks the broker whether the grant is still active. */
const POLL_MS = 2000;

/** 128 bits: no other user of this machine finds it by trying. */
const SECRET_BYTES = 16;

/** Where the proxy listens. */
type Place = { port: number } | { socket: string };

/** Serves the grant's service on a loopback port or a Unix socket, until the grant ends or Ctrl-C. */
export async function proxy(
  context: Context,
  text: string,
  options: { port?: string; socket?: string },
): Promise<undefined> {
  const place = parsePlace(options);
  // Read the signal first: from here on Ctrl-C stops the proxy in order, instead of ending the process at once.
  const { signal } = context.io;
  const { api, id } = await openWithId(context, 'grt', text);
  const fetchGrant = () => api.call(grantEndpoints.read, { params: { id } });
  const grant = await fetchGrant();
  requireActive(grant);
  const tokens = new GrantTokens(api, id);
  await tokens.current();
  const ended = new AbortController();
  const secret = 'port' in place ? randomBytes(SECRET_BYTES).toString('base64url') : null;
  const server = createProxyServer({
    secret,
    gatewayUrl: readGatewayUrl(grant),
    token: () => tokens.current(),
    onGrantEnded: () => ended.abort(),
    onTokenRejected: () => tokens.drop(),
  });
  await listen(server, place);
  try {
    announce(context, grant, addressOf(server, secret));
    const last = await waitForEnd(fetchGrant, AbortSignal.any([signal, ended.signal]));
    if (!signal.aborted)
      context.note(`The grant has ended${last?.endReason == null ? '' : ` (${last.endReason})`}.`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
  return undefined;
}

/** @throws CliError `invalid_usage` unless exactly one of `--port` and `--socket` is given */
function parsePlace({ port, socket }: { port?: string; socket?: string }): Place {
  if (socket === undefined && port !== undefined)
    return { port: parseWholeNumber('--port', port, 0, 65_535) };
  if (socket !== undefined && port === undefined) return { socket };
  throw usageError('proxy needs either --port or --socket');
}

/** @throws CliError `port_in_use`, `socket_exists`, `cannot_listen` */
function listen(server: Server, place: Place): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', ({ code }: NodeJS.ErrnoException) => {
      if ('socket' in place)
        reject(
          code === 'EADDRINUSE'
            ? new CliError('socket_exists', `${place.socket} exists; remove it or choose another path`)
            : new CliError('cannot_listen', `cannot listen on ${place.socket} (${code})`),
        );
      else
        reject(
          code === 'EADDRINUSE'
            ? new CliError('port_in_use', `port ${place.port} is in use; choose another`)
            : new CliError('cannot_listen', `cannot listen on port ${place.port} (${code})`),
        );
    });
    if ('port' in place) server.listen(place.port, '127.0.0.1', resolve);
    else listenOnSocket(server, place.socket, resolve);
  });
}

/** Node binds the socket before `listen` returns. With this mask no other user can open it, not even for a moment. */
function listenOnSocket(server: Server, path: string, onListening: () => void): void {
  const mask = process.umask(0o177);
  try {
    server.listen(path, () => {
      chmodSync(path, 0o600);
      onListening();
    });
  } finally {
    process.umask(mask);
  }
}

/** What a program needs to call the proxy. */
type Address = { url: string; socket?: string };

function addressOf(server: Server, secret: string | null): Address {
  const address = server.address() as AddressInfo | string;
  if (typeof address === 'string') return { url: 'http://localhost', socket: address };
  return { url: `http://localhost:${address.port}/${secret}` };
}

function announce(context: Context, grant: Grant, address: Address): void {
  const { id, service, tenant, endsAt } = grant;
  if (context.json) {
    context.io.stdout(`${JSON.stringify({ ...address, grant: id, service, tenant, endsAt })}\n`);
  } else {
    context.io.stdout(`${address.socket ?? address.url}\n`);
    const until = endsAt === null ? '' : ` until ${formatInstant(endsAt, new Date())}`;
    context.note(`${service} of ${tenant}${until}. Ctrl-C stops.`);
  }
}

/**
 * Resolves when the grant is no longer active, or when `stop` is aborted. Failures of the broker are ignored: the next
 * poll may succeed.
 * @returns the grant as it was last fetched
 */
async function waitForEnd(fetchGrant: () => Promise<Grant>, stop: AbortSignal): Promise<Grant | undefined> {
  for (;;) {
    await sleep(POLL_MS, stop);
    const grant = await fetchGrant().catch(() => undefined);
    const over =
      grant !== undefined && (grant.state !== 'active' || Date.parse(grant.endsAt ?? '') <= Date.now());
    if (over || stop.aborted) return grant;
  }
}
