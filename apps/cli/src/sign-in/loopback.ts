import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CliError } from '../command/errors.js';

const HERE = 'http://127.0.0.1';
const LONGEST_MS = 5 * 60_000;

const PAGE = (text: string) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Countersign</title></head>
<body><p>${text}</p></body></html>
`;

/** A server of this computer alone, to which the browser brings the answer (RFC 8252 §7.3). */
export class Loopback {
  private constructor(
    private readonly server: Server,
    private readonly answer: Promise<string>,
  ) {}

  /** @param state what the answer must carry; others are told that they are not it, and waited past */
  static async open(state: string, signal: AbortSignal): Promise<Loopback> {
    let settle: (code: string) => void = () => {};
    let fail: (error: CliError) => void = () => {};
    const answer = new Promise<string>((resolve, reject) => {
      settle = resolve;
      fail = reject;
    });
    // Nobody may be waiting yet when it fails.
    answer.catch(() => undefined);
    const server = createServer((request, response) => {
      const { url: target = '/' } = request;
      // A target such as `//` is no address, and not what is waited for.
      const url = URL.canParse(target, HERE) ? new URL(target, HERE) : null;
      const code = url?.searchParams.get('code') ?? null;
      const expected =
        request.method === 'GET' && url?.pathname === '/callback' && url.searchParams.get('state') === state;
      const text = !expected
        ? 'Nothing waits for this.'
        : code === null
          ? 'Not signed in. You can close this page.'
          : 'Signed in. You can close this page and go back to the terminal.';
      response.writeHead(expected ? 200 : 404, {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'cache-control': 'no-store',
        connection: 'close',
      });
      response.end(PAGE(text));
      if (!expected) return;
      if (code === null) fail(new CliError('login_refused', 'you said no in the browser'));
      else settle(code);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    const late = setTimeout(
      () => fail(new CliError('login_timed_out', 'nobody signed in within 5 minutes')),
      LONGEST_MS,
    );
    late.unref();
    signal.addEventListener('abort', () => fail(new CliError('login_interrupted', 'interrupted')));
    return new Loopback(server, answer);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** The code. @throws CliError `login_refused`, `login_timed_out`, `login_interrupted` */
  code(): Promise<string> {
    return this.answer;
  }

  close(): void {
    this.server.close();
    this.server.closeIdleConnections();
  }
}
