import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import http from 'node:http';
import https from 'node:https';
import { pipeline } from 'node:stream/promises';
import { CliError } from '../command/errors.js';

/** A refusal of the proxy itself; the request goes nowhere. */
export type ProxyRefusal = { status: 400 | 403 | 421; code: string; detail: string };

/**
 * The proxy lends its grant to whoever reaches its port, so it must be this machine's own programs alone. A web
 * page may try: with a host name that resolves here (DNS rebinding), or straight across origins.
 *
 * @param port on which the proxy listens
 */
export function refuseForeign(
  request: Pick<IncomingMessage, 'headers' | 'rawHeaders' | 'url'>,
  port: number,
): ProxyRefusal | undefined {
  const hosts = request.rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'host');
  const own = [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`];
  if (hosts.length !== 1 || !own.includes((request.headers.host ?? '').toLowerCase())) {
    return { status: 421, code: 'foreign_host', detail: `this proxy answers for ${own.join(', ')} only` };
  }
  const { origin } = request.headers;
  if (origin !== undefined && !own.includes(origin.toLowerCase().replace(/^http:\/\//, ''))) {
    return { status: 403, code: 'foreign_origin', detail: 'a page of another origin may not use this proxy' };
  }
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    return { status: 403, code: 'foreign_origin', detail: 'a page of another origin may not use this proxy' };
  }
  if (!request.url?.startsWith('/')) {
    return { status: 400, code: 'ambiguous_request', detail: 'the target must be a path' };
  }
  return undefined;
}

export type ProxyOptions = {
  /** Without a final slash. */
  gatewayUrl: string;
  token(): Promise<string>;
  /** The gateway says that the grant has ended. */
  onEnded(): void;
  /** The gateway did not accept the token. */
  onTokenRefused(): void;
};

/** Of this connection, or set by us; everything else goes on as it came. */
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
]);

const MOST_PROBLEM = 16_384;

/** A loopback HTTP server that sends each request to the grant's gateway with the token added. */
export function proxyServer({ gatewayUrl, token, onEnded, onTokenRefused }: ProxyOptions): http.Server {
  const server = http.createServer((request, response) => {
    forward(request, response).catch((error: unknown) => refuse(response, refusalOf(error)));
  });

  async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const address = server.address();
    const foreign = refuseForeign(request, typeof address === 'object' ? (address?.port ?? 0) : 0);
    if (foreign !== undefined) return refuse(response, foreign);
    const answer = await send(request, `${gatewayUrl}${request.url}`, await token());
    if (answer.statusCode === 401) onTokenRefused();
    const problem = await problemBody(answer);
    if (problem !== undefined && /"code"\s*:\s*"grant_ended"/.test(problem)) onEnded();
    response.writeHead(answer.statusCode ?? 502, passedOn(answer));
    await pipeline(problem === undefined ? answer : [problem], response);
  }

  return server;
}

function send(request: IncomingMessage, url: string, token: string): Promise<IncomingMessage> {
  const { protocol, hostname, port } = new URL(url);
  const transport = protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const call = transport.request(
      {
        hostname: hostname.replace(/^\[|\]$/g, ''),
        port,
        method: request.method,
        // As it came, not as a URL parser would rewrite it: what the gateway judges is what was asked.
        path: url.slice(new URL(url).origin.length),
        headers: { ...passedOn(request), ...framing(request), authorization: `Bearer ${token}` },
      },
      resolve,
    );
    call.on('error', reject);
    pipeline(request, call).catch(reject);
  });
}

/** A body of unknown length stays framed in chunks, whatever the method: bare bytes would read as another request. */
const framing = ({ headers }: IncomingMessage): OutgoingHttpHeaders =>
  headers['transfer-encoding'] === undefined ? {} : { 'transfer-encoding': 'chunked' };

function passedOn(message: IncomingMessage): OutgoingHttpHeaders {
  const named = (message.headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase());
  const headers: Record<string, string[]> = {};
  for (let at = 0; at < message.rawHeaders.length; at += 2) {
    const name = message.rawHeaders[at]?.toLowerCase() ?? '';
    if (NOT_FORWARDED.has(name) || named.includes(name)) continue;
    headers[name] = [...(headers[name] ?? []), message.rawHeaders[at + 1] ?? ''];
  }
  return headers;
}

/** The body of a refusal by the gateway, which is small; undefined for any other answer, which is not read. */
async function problemBody(answer: IncomingMessage): Promise<string | undefined> {
  const isProblem = answer.headers['content-type']?.startsWith('application/problem+json') === true;
  if (
    answer.statusCode !== 403 ||
    !isProblem ||
    Number(answer.headers['content-length'] ?? MOST_PROBLEM) >= MOST_PROBLEM
  ) {
    return undefined;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function refusalOf(error: unknown): { status: number; code: string; detail: string } {
  if (error instanceof CliError) return { status: 502, code: error.code, detail: error.detail };
  return { status: 502, code: 'gateway_unreachable', detail: 'the gateway cannot be reached' };
}

function refuse(
  response: ServerResponse,
  { status, code, detail }: ProxyRefusal | ReturnType<typeof refusalOf>,
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, { 'content-type': 'application/problem+json' });
  response.end(JSON.stringify({ type: 'about:blank', status, code, detail }));
}
