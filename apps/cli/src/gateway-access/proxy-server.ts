import { timingSafeEqual } from 'node:crypto';
import http, { type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import https from 'node:https';
import { pipeline } from 'node:stream/promises';
import { withoutBrackets } from '@countersign/contract';
import { CliError } from '../command/errors.js';

export type ProxyOptions = {
  /** Without a final slash. */
  gatewayUrl: string;
  token(): Promise<string>;
  /** Called when the gateway refuses a call because the grant has ended. */
  onGrantEnded(): void;
  /** Called when the gateway rejects the token. */
  onTokenRejected(): void;
  /**
   * The first segment of every path, which only the printed address has: other users of this machine reach the port, but
   * do not know it. Null on a Unix socket, which the file system keeps to its owner.
   */
  secret: string | null;
};

/** A refusal by the proxy itself: the request is not forwarded. */
type Refusal = { status: 400 | 403 | 421 | 502; code: string; detail: string };

/** A local HTTP server that forwards each request to the grant's gateway and adds the token. */
export function createProxyServer(options: ProxyOptions): http.Server {
  const { gatewayUrl, token, onGrantEnded, onTokenRejected, secret } = options;
  const server = http.createServer((request, response) => {
    forward(request, response).catch((error: unknown) => refuse(response, toRefusal(error)));
  });

  async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const address = server.address();
    const foreign = findForeignCaller(request, typeof address === 'object' ? (address?.port ?? 0) : null);
    if (foreign !== undefined) return refuse(response, foreign);
    const path = pathBelow(secret, request.url ?? '');
    if (path === undefined) return refuse(response, UNKNOWN_CALLER);
    const answer = await send(request, `${gatewayUrl}${path}`, await token());
    if (answer.statusCode === 401) onTokenRejected();
    const problem = await readProblem(answer);
    if (problem !== undefined && /"code"\s*:\s*"grant_ended"/.test(problem)) onGrantEnded();
    response.writeHead(answer.statusCode ?? 502, forwardedHeaders(answer));
    await pipeline(problem === undefined ? answer : [problem], response);
  }

  return server;
}

const UNKNOWN_CALLER: Refusal = {
  status: 403,
  code: 'unknown_caller',
  detail:
    'call the whole address that "countersign proxy" printed; its path begins with a secret of this run',
};

/** The path without the secret, or undefined if it does not begin with it. */
function pathBelow(secret: string | null, path: string): string | undefined {
  if (secret === null) return path;
  const expected = Buffer.from(`/${secret}/`);
  const prefix = Buffer.from(path).subarray(0, expected.length);
  if (prefix.length !== expected.length || !timingSafeEqual(prefix, expected)) return undefined;
  return path.slice(expected.length - 1);
}

/**
 * Refuses web pages, which use the ports of the machine that shows them: by a host name that resolves to this machine (DNS
 * rebinding), or by a cross-origin request.
 *
 * @param port on which the proxy listens; null on a Unix socket
 */
function findForeignCaller(request: IncomingMessage, port: number | null): Refusal | undefined {
  const hosts = request.rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'host');
  const own = port === null ? ['localhost'] : [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`];
  if (hosts.length !== 1 || !own.includes((request.headers.host ?? '').toLowerCase())) {
    return { status: 421, code: 'foreign_host', detail: `this proxy answers for ${own.join(', ')} only` };
  }
  const { origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const isOwnOrigin = origin === undefined || own.includes(origin.toLowerCase().replace(/^http:\/\//, ''));
  const isOwnSite = site === undefined || site === 'same-origin' || site === 'none';
  if (!isOwnOrigin || !isOwnSite) {
    return { status: 403, code: 'foreign_origin', detail: 'a page of another origin may not use this proxy' };
  }
  if (!request.url?.startsWith('/')) {
    return { status: 400, code: 'ambiguous_request', detail: 'the target must be a path' };
  }
  return undefined;
}

function send(request: IncomingMessage, url: string, token: string): Promise<IncomingMessage> {
  const { protocol, hostname, port, origin } = new URL(url);
  const transport = protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const call = transport.request(
      {
        hostname: withoutBrackets(hostname),
        port,
        method: request.method,
        // The path as it came: a URL parser would rewrite it, and the gateway must see what was requested.
        path: url.slice(origin.length),
        headers: { ...forwardedHeaders(request), ...framing(request), authorization: `Bearer ${token}` },
      },
      resolve,
    );
    call.on('error', reject);
    pipeline(request, call).catch(reject);
  });
}

/** A body of unknown length stays chunked, whatever the method: without framing its bytes would be another request. */
const framing = ({ headers }: IncomingMessage): OutgoingHttpHeaders =>
  headers['transfer-encoding'] === undefined ? {} : { 'transfer-encoding': 'chunked' };

/** Headers that belong to one connection, or that the proxy sets itself. All others are forwarded as they came. */
const NOT_FORWARDED = new Set([
  'authorization',
  'connection',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'origin',
  // It would show the secret path to the data service.
  'referer',
]);

function forwardedHeaders(message: IncomingMessage): OutgoingHttpHeaders {
  const hopByHop = (message.headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  const headers: Record<string, string[]> = {};
  for (let at = 0; at < message.rawHeaders.length; at += 2) {
    const name = message.rawHeaders[at]?.toLowerCase() ?? '';
    if (NOT_FORWARDED.has(name) || hopByHop.includes(name)) continue;
    headers[name] = [...(headers[name] ?? []), message.rawHeaders[at + 1] ?? ''];
  }
  return headers;
}

const MAX_PROBLEM_BYTES = 16_384;

/** The body of a refusal (403) by the gateway, which is small. Undefined for any other answer, which is not read. */
async function readProblem(answer: IncomingMessage): Promise<string | undefined> {
  const isProblem = answer.headers['content-type']?.startsWith('application/problem+json') === true;
  const length = Number(answer.headers['content-length'] ?? MAX_PROBLEM_BYTES);
  if (answer.statusCode !== 403 || !isProblem || length >= MAX_PROBLEM_BYTES) return undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function toRefusal(error: unknown): Refusal {
  if (error instanceof CliError) return { status: 502, code: error.code, detail: error.detail };
  return { status: 502, code: 'gateway_unreachable', detail: 'the gateway cannot be reached' };
}

function refuse(response: ServerResponse, { status, code, detail }: Refusal): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, { 'content-type': 'application/problem+json' });
  response.end(JSON.stringify({ type: 'about:blank', status, code, detail }));
}
