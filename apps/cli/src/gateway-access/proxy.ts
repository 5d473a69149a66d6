import type { AddressInfo } from 'node:net';
import { sleep } from '@countersign/runtime';
import { type Api, segment } from '../api/client.js';
import { type GrantAnswer, grantShape } from '../api/shapes.js';
import type { Context } from '../command/context.js';
import { CliError } from '../command/errors.js';
import { idOf, wholeNumber } from '../command/flags.js';
import { instantFrom } from '../terminal/text.js';
import { GrantTokens, gatewayUrlOf, requireActive } from './grant-token.js';
import { proxyServer } from './proxy-server.js';

/** How often the broker is asked whether the grant still stands. */
const LOOK_MS = 2000;

/** Serves the grant's service on a loopback port until the grant ends or Ctrl-C. */
export async function proxy(context: Context, id: string, options: { port: string }): Promise<undefined> {
  const port = wholeNumber('--port', options.port, 0, 65_535);
  idOf('grt', id);
  // Taken up first: from here on Ctrl-C ends the proxy in order, and not the process as it stands.
  const { signal } = context.io;
  const api = context.api();
  const look = () => api.call(`/api/v1/grants/${segment(id)}`, grantShape);
  const grant = await look();
  requireActive(grant);
  const tokens = new GrantTokens(api, id);
  await tokens.current();
  const ended = new AbortController();
  const server = proxyServer({
    gatewayUrl: gatewayUrlOf(grant),
    token: () => tokens.current(),
    onEnded: () => ended.abort(),
    onTokenRefused: () => tokens.drop(),
  });
  await listening(server, port);
  try {
    announce(context, grant, (server.address() as AddressInfo).port);
    const stop = AbortSignal.any([signal, ended.signal]);
    const last = await untilEnded(look, stop);
    if (!signal.aborted)
      context.note(`The grant has ended${last?.endReason == null ? '' : ` (${last.endReason})`}.`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
  return undefined;
}

function listening(server: ReturnType<typeof proxyServer>, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(
        new CliError(
          taken ? 'port_in_use' : 'cannot_listen',
          taken ? `port ${port} is in use; choose another` : `cannot listen on port ${port} (${error.code})`,
        ),
      );
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}

function announce(context: Context, grant: GrantAnswer, port: number): void {
  const url = `http://localhost:${port}`;
  if (context.json) {
    context.io.stdout(
      `${JSON.stringify({ url, grant: grant.id, service: grant.service, tenant: grant.tenant, endsAt: grant.endsAt })}\n`,
    );
  } else {
    context.io.stdout(`${url}\n`);
    const until = grant.endsAt === null ? '' : ` until ${instantFrom(grant.endsAt, new Date())}`;
    context.note(`${grant.service} of ${grant.tenant}${until}. Ctrl-C stops.`);
  }
}

/** Resolves when the grant is no longer active or `stop` is raised; a broker that is away is asked again. */
async function untilEnded(
  look: () => ReturnType<Api['call']>,
  stop: AbortSignal,
): Promise<GrantAnswer | undefined> {
  for (;;) {
    await sleep(LOOK_MS, stop);
    const found = grantShape.safeParse(await look().catch(() => undefined)).data;
    const over =
      found !== undefined && (found.state !== 'active' || Date.parse(found.endsAt ?? '') <= Date.now());
    if (over || stop.aborted) return found;
  }
}
