import type { IncomingMessage } from 'node:http';

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
