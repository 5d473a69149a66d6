import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';

/** Where a private listener listens. */
export type ListenAddress = {
  host: string;
  /** 0: the system chooses a free one. */
  port: number;
  /** The operator did not choose this port: if it is taken, use any free one. */
  orAnyPort?: boolean;
};

export type PrivatePage = { status: number; type: string; body: string };

/** The pages by path. They may throw: the answer is 500 then, without details. */
export type PrivatePages = Readonly<Record<string, () => PrivatePage | Promise<PrivatePage>>>;

export type RunningPrivateListener = {
  /** `http://HOST:PORT` */
  url: string;
  close(): Promise<void>;
};

/** The private listener cannot listen. The message names the variables to change. */
export class PrivateListenerError extends Error {
  readonly code = 'port_unavailable';

  constructor(reason: string, cause: unknown) {
    super(
      `the private listener cannot listen (${reason}); choose another COUNTERSIGN_ADMIN_PORT or COUNTERSIGN_ADMIN_HOST, or set COUNTERSIGN_ADMIN_PORT to none`,
      { cause },
    );
    this.name = 'PrivateListenerError';
  }
}

const REQUEST_MS = 5_000;

/**
 * Serves what only the people who run the program may see: the details of its health, and its metrics. It has no
 * authentication; who can connect to the address can read it.
 *
 * @throws PrivateListenerError
 */
export async function startPrivateListener(
  address: ListenAddress,
  pages: PrivatePages,
): Promise<RunningPrivateListener> {
  const server = createServer(
    { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS },
    (request, response) => {
      void answer(pages, isLoopback(address.host), request, response);
    },
  );
  await listen(server, address).catch((error: NodeJS.ErrnoException) => {
    throw new PrivateListenerError(error.code ?? 'unknown', error);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${address.host.includes(':') ? `[${address.host}]` : address.host}:${port}`,
    close: () => close(server),
  };
}

async function listen(server: Server, { host, port, orAnyPort = false }: ListenAddress): Promise<void> {
  try {
    await listenOn(server, host, port);
  } catch (error) {
    if (!orAnyPort || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    await listenOn(server, host, 0);
  }
}

function listenOn(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function answer(
  pages: PrivatePages,
  isLocal: boolean,
  { method, url = '', headers: { host } }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = url.split('?')[0] ?? '';
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  // A page in a browser on this machine could lead a name of its own here (DNS rebinding).
  if (isLocal && !namesThisMachine(host)) return send(response, text(403, 'Call it by its address.'));
  if (page === undefined || (method !== 'GET' && method !== 'HEAD'))
    return send(response, text(404, 'Not found.'));
  try {
    send(response, await page());
  } catch {
    send(response, text(500, 'This page failed.'));
  }
}

const text = (status: number, body: string): PrivatePage => ({
  status,
  type: 'text/plain',
  body: `${body}\n`,
});

function send(response: ServerResponse, { status, type, body }: PrivatePage): void {
  response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(body);
}

/** A page of JSON. */
export const jsonPage = (status: number, body: object): PrivatePage => ({
  status,
  type: 'application/json',
  body: JSON.stringify(body),
});

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host.startsWith('127.');

/**
 * Whether a `Host` is an address or `localhost`, with any port. Health checks in HTTP/1.0 have none, and the requests of a browser
 * always have one.
 */
function namesThisMachine(host: string | undefined): boolean {
  if (host === undefined) return true;
  const name = host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || isIP(name) !== 0;
}
