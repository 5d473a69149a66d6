import { connectionOptions } from '../request/connection-options.js';
import type { HeaderList } from '../request/header-list.js';
import { withoutOwnCookies } from './own-cookies.js';

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
  'via',
  'client-ip',
  'cf-connecting-ip',
  'fastly-client-ip',
  'remote-user',
  'true-client-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-host',
  'x-http-host-override',
  'x-real-ip',
  'x-remote-user',
]);
/** Families of headers that upstreams trust because only a proxy is supposed to set them. */
const FAMILIES =
  /^(?:countersign-|x-(?:forwarded|original-|rewrite-|tenant|envoy-|auth-request-|authenticated-|webauth-|ssl-|client-cert|amzn-oidc-|goog-authenticated-|goog-iap-|ms-client-)|ssl-client-)/;

/** What the gateway says to the upstream about a call. */
type TrustHeaders = {
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
  const dropped = connectionOptions(headers.all('connection'));
  const tenantHeader = trust.tenantHeader?.toLowerCase();
  const sent: string[] = [];
  for (const [name, value] of headers.fields) {
    if (NEVER.has(name) || FAMILIES.test(name) || name === tenantHeader || dropped?.has(name) === true)
      continue;
    const kept = name === 'cookie' ? withoutOwnCookies(value) : value;
    if (kept !== undefined) sent.push(name, kept);
  }
  if (trust.tenantHeader !== undefined) sent.push(trust.tenantHeader, trust.tenant);
  sent.push('countersign-tenant', trust.tenant, 'countersign-requester', trust.requester);
  sent.push('countersign-grant', trust.grant, 'countersign-record', trust.record);
  sent.push('countersign-context', trust.context);
  return sent;
}
