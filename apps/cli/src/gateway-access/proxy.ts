import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Grant, grantEndpoints } from '@countersign/api';
import { sleep } from '@countersign/runtime';
import type { Context } from '../command/context.js';
import { CliError } from '../command/errors.js';
import { parseId, parseWholeNumber } from '../command/flags.js';
import { formatInstant } from '../terminal/time.js';
import { GrantTokens, readGatewayUrl, requireActive } from './grant-token.js';
import { createProxyServer } from './proxy-server.js';

/** How often the proxy asks the broker whether the grant is still active. */
const POLL_MS = 2000;

/** Serves the grant's service on a loopback port until the grant ends or Ctrl-C. */
export async function proxy(context: Context, id: string, options: { port: string }): Promise<undefined> {
  const port = parseWholeNumber('--port', options.port, 0, 65_535);
  parseId('grt', id);
  // Read the signal first: from here on Ctrl-C stops the proxy in order, instead of ending the process at once.
  const { signal } = context.io;
  const api = await context.api();
  const fetchGrant = () => api.call(grantEndpoints.read, { params: { id } });
  const grant = await fetchGrant();
  requireActive(grant);
  const tokens = new GrantTokens(api, id);
  await tokens.current();
  const ended = new AbortController();
  const server = createProxyServer({
    gatewayUrl: readGatewayUrl(grant),
    token: () => tokens.current(),
    onGrantEnded: () => ended.abort(),
    onTokenRejected: () => tokens.drop(),
  });
  await listen(server, port);
  try {
    announce(context, grant, (server.address() as AddressInfo).port);
    const last = await waitForEnd(fetchGrant, AbortSignal.any([signal, ended.signal]));
    if (!signal.aborted)
      context.note(`The grant has ended${last?.endReason == null ? '' : ` (${last.endReason})`}.`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
  return undefined;
}

/** @throws CliError `port_in_use`, `cannot_listen` */
function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', ({ code }: NodeJS.ErrnoException) => {
      reject(
        code === 'EADDRINUSE'
          ? new CliError('port_in_use', `port ${port} is in use; choose another`)
          : new CliError('cannot_listen', `cannot listen on port ${port} (${code})`),
      );
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}

function announce(context: Context, grant: Grant, port: number): void {
  const url = `http://localhost:${port}`;
  const { id, service, tenant, endsAt } = grant;
  if (context.json) {
    context.io.stdout(`${JSON.stringify({ url, grant: id, service, tenant, endsAt })}\n`);
  } else {
    context.io.stdout(`${url}\n`);
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
