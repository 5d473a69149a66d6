import type { HeaderList } from '../request/header-list.js';

/** Hop-by-hop (RFC 9110 §7.6.1), what we answer ourselves, and what only this hop may see. */
const NEVER = new Set([
  'host',
  'authorization',
  'connection',
  'proxy-connection',
  'proxy-authorization',
  'proxy-authenticate',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'content-length',
  'forwarded',
  'x-real-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'true-client-ip',
  'via',
]);
/** Families of headers that upstreams trust because only a proxy is supposed to set them. */
const FAMILIES = [
  'x-forwarded',
  'x-original-',
  'x-rewrite-',
  'x-tenant',
  'x-envoy-',
  'x-auth-request-',
  'countersign-',
];
/** A cookie ignores ports: the broker's session on the same host would reach every upstream. */
const OWN_COOKIE = /^\s*__Host-countersign/i;

/** What the gateway says to the upstream about a call. */
export type TrustHeaders = {
  tenant: string;
  requester: string;
  grant: string;
  record: string;
  /** Compact JWS. */
  context: string;
  /** Where the service reads the tenant from a header: that header, set to the tenant that was judged. */
  tenantHeader: string | undefined;
};

/**
 * The header fields that go to the upstream, flat as undici takes them: what the client sent, without what it must not
 * set, and ours. Framing and Host are not among them: they are the next hop's.
 */
export function upstreamHeaders(headers: HeaderList, trust: TrustHeaders): string[] {
  const dropped = new Set(headers.all('connection').flatMap((value) => value.toLowerCase().split(/\s*,\s*/)));
  if (trust.tenantHeader !== undefined) dropped.add(trust.tenantHeader.toLowerCase());
  const sent: string[] = [];
  for (const [name, value] of headers.fields) {
    if (NEVER.has(name) || dropped.has(name) || FAMILIES.some((family) => name.startsWith(family))) continue;
    const kept = name === 'cookie' ? withoutOwnCookies(value) : value;
    if (kept !== undefined) sent.push(name, kept);
  }
  if (trust.tenantHeader !== undefined) sent.push(trust.tenantHeader, trust.tenant);
  sent.push('countersign-tenant', trust.tenant, 'countersign-requester', trust.requester);
  sent.push('countersign-grant', trust.grant, 'countersign-record', trust.record);
  sent.push('countersign-context', trust.context);
  return sent;
}

function withoutOwnCookies(cookies: string): string | undefined {
  const kept = cookies.split(';').filter((pair) => !OWN_COOKIE.test(pair));
  return kept.length === 0 ? undefined : kept.join(';').trim();
}
