/**
 * What a gateway does with which request header, by names in lower case: one list for all who ask, so that no header can be
 * one thing to the check of a map and another to the call.
 */

/**
 * Headers that every client sends, in which no service reads a tenant: `Accept-Language: en` speaks of no tenant `en`. By
 * their whole names: `Content-Tenant` is nothing that every client sends.
 */
const OF_EVERY_CLIENT = new Set([
  'accept',
  'accept-charset',
  'accept-encoding',
  'accept-language',
  'authorization',
  'cache-control',
  'connection',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-md5',
  'content-range',
  'content-type',
  'cookie',
  'date',
  'dnt',
  'expect',
  'host',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'keep-alive',
  'origin',
  'pragma',
  'priority',
  'range',
  'referer',
  'te',
  'transfer-encoding',
  'upgrade-insecure-requests',
  'user-agent',
]);
const OF_BROWSERS = /^sec-(?:ch|fetch|gpc|purpose|websocket)(?:-|$)/;

/** Fields that ask for another method than the one that was judged, for another protocol, or that announce trailers. */
const REFUSED = new Set([
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-method',
  'upgrade',
  'http2-settings',
  'trailer',
]);

/** The connection's own (RFC 9110 §7.6.1), which go no further in either direction. */
export const HOP_BY_HOP = [
  'connection',
  'proxy-connection',
  'proxy-authorization',
  'proxy-authenticate',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
] as const;

/** The connection's own, what a gateway answers itself, and what only this hop may see. */
const NEVER_FORWARDED: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  'host',
  'authorization',
  'expect',
  'content-length',
  'forwarded',
  'via',
  'client-ip',
  'cluster-client-ip',
  'fastly-client-ip',
  'fly-client-ip',
  'front-end-https',
  'iv-groups',
  'iv-user',
  'sm-user',
  'teleport-jwt-assertion',
  // CGI makes `HTTP_PROXY` of it, which clients of other services obey (CVE-2016-5385).
  'proxy',
  'true-client-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-host',
  'x-http-host-override',
  'x-originating-ip',
  'x-real-ip',
  'x-scheme',
  'x-url-scheme',
]);
/** Families of headers that upstreams trust because only a proxy is supposed to set them. */
const OF_PROXIES =
  /^(?:countersign-|cf-(?:access-|connecting-)|client-cert|oidc-|remote-(?:email|groups|name|user)|ssl-client-|tailscale-|x-(?:amzn-(?:mtls-|oidc-)|appengine-|arr-|auth-request-|authenticated-|authentik-|azure-|client-cert|consumer-|credential-|envoy-|forward|goog-authenticated-|goog-iap-|jwt-assertion|middleware-|ms-client-|original-|pomerium-|proxyuser-|remote-|rewrite-|ssl-|vouch-|webauth-))/;
/** Of a client they are as little worth; but they are the names that services read a tenant from. */
const OF_TENANTS = /^x-tenant/;

/** Whether every client sends this header, so that nothing can be made of a tenant's name in it. */
export function isSentByEveryClient(name: string): boolean {
  return OF_EVERY_CLIENT.has(name) || (name.startsWith('sec-') && OF_BROWSERS.test(name));
}

/** Whether a request with this header is refused whole. */
export function isRefusedHeader(name: string): boolean {
  return REFUSED.has(name);
}

/** Whether an upstream never gets this header as the client sent it. */
export function isWithheldHeader(name: string): boolean {
  return NEVER_FORWARDED.has(name) || OF_PROXIES.test(name) || OF_TENANTS.test(name);
}

/**
 * Whether a service may have its tenant read from this header, however it is spelt. Not from one in which a pinned tenant's
 * name is not looked for, nor from one that a gateway refuses, withholds or sets: what is judged there is not what arrives.
 * `X-Tenant…` is withheld as well, and sent on as judged.
 */
export function mayCarryTenant(header: string): boolean {
  const name = header.toLowerCase();
  return (
    OF_TENANTS.test(name) || !(isSentByEveryClient(name) || isRefusedHeader(name) || isWithheldHeader(name))
  );
}
