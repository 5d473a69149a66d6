import type { IncomingHttpHeaders } from 'undici/types/header.js';

const NEVER = new Set([
  'connection',
  'proxy-connection',
  'proxy-authenticate',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'alt-svc',
]);
const OWN_COOKIE = /^\s*__Host-countersign/i;

/**
 * The upstream's header fields for the client, flat as Node takes them: hop-by-hop ones, those that only we may set and
 * cookies in our name taken out, and a Location at the upstream led back through the gateway.
 */
export function clientHeaders(headers: IncomingHttpHeaders, service: string, upstream: URL): string[] {
  const named = new Set(
    values(headers['connection']).flatMap((value) => value.toLowerCase().split(/\s*,\s*/)),
  );
  const sent: string[] = [];
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    if (NEVER.has(lower) || named.has(lower) || lower.startsWith('countersign-')) continue;
    for (const each of values(value)) {
      if (lower === 'set-cookie' && OWN_COOKIE.test(each)) continue;
      sent.push(name, lower === 'location' ? throughGateway(each, service, upstream) : each);
    }
  }
  return sent;
}

function values(value: string | string[] | undefined): string[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** `/x` and `http://upstream/x` become `/service/x`; another origin stays what it is. */
function throughGateway(location: string, service: string, upstream: URL): string {
  if (!location.startsWith('/') && !/^https?:/i.test(location)) return location;
  try {
    const target = new URL(location, upstream);
    if (target.origin !== upstream.origin) return location;
    return `/${service}${target.pathname}${target.search}${target.hash}`;
  } catch {
    return location;
  }
}
