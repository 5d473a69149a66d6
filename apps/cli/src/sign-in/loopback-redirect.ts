import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CliError } from '../command/errors.js';

const ORIGIN = 'http://127.0.0.1';
const LIMIT_MS = 5 * 60_000;

const page = (text: string) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Countersign</title></head>
<body><p>${text}</p></body></html>
`;

/** A loopback server to which the browser brings the result of the sign-in (RFC 8252 §7.3). */
export class LoopbackRedirect {
  private constructor(
    private readonly server: Server,
    private readonly result: Promise<string>,
  ) {}

  /** @param state must come back with the result; requests with another state get 404 and are ignored */
  static async open(state: string, signal: AbortSignal): Promise<LoopbackRedirect> {
    const { promise, resolve, reject } = deferred();
    const server = createServer((request, response) => {
      const redirect = readRedirect(request.method, request.url ?? '/', state);
      response.writeHead(redirect === null ? 404 : 200, {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'cache-control': 'no-store',
        connection: 'close',
      });
      response.end(page(pageText(redirect)));
      if (redirect === null) return;
      if (redirect.code === null) reject(new CliError('login_refused', 'you declined in the browser'));
      else resolve(redirect.code);
    });
    await new Promise<void>((listening, failed) => {
      server.once('error', failed);
      server.listen(0, '127.0.0.1', listening);
    });
    const timeout = () => reject(new CliError('login_timed_out', 'no one signed in within 5 minutes'));
    setTimeout(timeout, LIMIT_MS).unref();
    signal.addEventListener('abort', () => reject(new CliError('login_interrupted', 'interrupted')));
    return new LoopbackRedirect(server, promise);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** The authorization code. @throws CliError `login_refused`, `login_timed_out`, `login_interrupted` */
  code(): Promise<string> {
    return this.result;
  }

  close(): void {
    this.server.close();
    this.server.closeIdleConnections();
  }
}

/** `code` is null if the person declined. */
type Redirect = { code: string | null };

/** The redirect of this sign-in; null for any other request, also for a target such as `//` that is not a URL. */
function readRedirect(method: string | undefined, target: string, state: string): Redirect | null {
  const url = URL.canParse(target, ORIGIN) ? new URL(target, ORIGIN) : null;
  const expected =
    method === 'GET' && url?.pathname === '/callback' && url.searchParams.get('state') === state;
  return expected ? { code: url.searchParams.get('code') } : null;
}

function pageText(redirect: Redirect | null): string {
  if (redirect === null) return 'No sign-in waits for this.';
  return redirect.code === null
    ? 'Not signed in. You can close this page.'
    : 'Signed in. You can close this page and go back to the terminal.';
}

function deferred() {
  let resolve: (code: string) => void = () => {};
  let reject: (error: CliError) => void = () => {};
  const promise = new Promise<string>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  // It may fail before the caller awaits it.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
