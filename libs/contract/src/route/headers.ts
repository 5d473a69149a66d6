/**
 * How a gateway treats request headers. Names are lower case. The check of a route map and the handling of a call use the
 * same lists, so that they cannot disagree on a header.
 *
 * A header reaches the upstream only if it is on the list of `passedByDefault` or the service or route lists it
 * (`headers`). Services trust headers that no list of dangerous names could ever be complete about: `X-User-Id`,
 * `X-Roles`, `Impersonate-User`.
 */

/**
 * The request headers that pass on every route: content negotiation, conditional requests, ranges, what describes the body,
 * `traceparent` (W3C Trace Context) and `User-Agent`. No service reads a tenant or a person from one of them.
 */
export const PASSED_BY_DEFAULT: readonly string[] = [
  'accept',
  'accept-charset',
  'accept-encoding',
  'accept-language',
  'content-digest',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-md5',
  'content-range',
  'content-type',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'range',
  'repr-digest',
  'traceparent',
  'user-agent',
];
const DEFAULT: ReadonlySet<string> = new Set(PASSED_BY_DEFAULT);

/** Whether a request header passes on every route. */
export function passesByDefault(name: string): boolean {
  return DEFAULT.has(name);
}

/**
 * Whether a service or route may list this header, in any casing. Not a header that the gateway refuses, that belongs to
 * one connection, or that only a proxy or the gateway may set: upstreams trust those.
 */
export function mayBeListed(header: string): boolean {
  const name = header.toLowerCase();
  return !(isRefusedHeader(name) || isWithheldHeader(name));
}

/**
 * Headers that every client sends. No service reads a tenant from them: `Accept-Language: en` does not name a tenant `en`.
 * These are whole names, not prefixes: `Content-Tenant` is not among them.
 */
const OF_EVERY_CLIENT = new Set([
  ...PASSED_BY_DEFAULT,
  'authorization',
  'cache-control',
  'connection',
  'content-length',
  'content-location',
  'cookie',
  'date',
  'dnt',
  'expect',
  'host',
  'keep-alive',
  'origin',
  'pragma',
  'priority',
  'referer',
  'te',
  'transfer-encoding',
  'upgrade-insecure-requests',
]);
const OF_BROWSERS = /^sec-(?:ch|fetch|gpc|purpose|websocket)(?:-|$)/;

/** Headers that change the method after it was authorized, switch the protocol, or announce trailers. */
const REFUSED = new Set([
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-method',
  'upgrade',
  'http2-settings',
  'trailer',
]);

/** Headers of one connection (RFC 9110 §7.6.1). The gateway forwards them in neither direction. */
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

/** Headers of one connection, headers that the gateway answers itself, and headers that only proxies may set. */
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
  // CGI turns it into the variable `HTTP_PROXY`, which many HTTP clients obey (CVE-2016-5385).
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
/** Headers that upstreams trust because only a proxy is supposed to set them. */
const OF_PROXIES =
  /^(?:countersign-|cf-(?:access-|connecting-)|client-cert|oidc-|remote-(?:email|groups|name|user)|ssl-client-|tailscale-|x-(?:amzn-(?:mtls-|oidc-)|appengine-|arr-|auth-request-|authenticated-|authentik-|azure-|client-cert|consumer-|credential-|envoy-|forward|goog-authenticated-|goog-iap-|jwt-assertion|middleware-|ms-client-|original-|pomerium-|proxyuser-|remote-|rewrite-|ssl-|vouch-|webauth-))/;
/** Also not trustworthy from a client, but services do read a tenant from them. */
const OF_TENANTS = /^x-tenant/;

/** Whether every client sends this header, so that a tenant's name in it means nothing. */
export function isSentByEveryClient(name: string): boolean {
  return OF_EVERY_CLIENT.has(name) || (name.startsWith('sec-') && OF_BROWSERS.test(name));
}

/** Whether the gateway refuses a request that has this header. */
export function isRefusedHeader(name: string): boolean {
  return REFUSED.has(name);
}

/**
 * Headers by which a call names a second object beside that of its path: where WebDAV copies or moves to (RFC 4918 §10.3),
 * and what object stores copy from, rename or link to.
 */
const SECOND_OBJECT: ReadonlySet<string> = new Set([
  'destination',
  'copy-source',
  'x-copy-from',
  'x-copy-from-account',
  'x-object-manifest',
  'x-symlink-target',
  'x-symlink-target-account',
]);
/** `x-amz-copy-source`, `x-goog-copy-source-generation`, `x-ms-rename-source` and the like. */
const SECOND_OBJECT_OF_STORES = /^x-[a-z0-9]+-(?:copy|move|rename)-source(?:-|$)/;

/**
 * Whether a call with this header (in lower case) acts on another object too, which its route does not name. Without the
 * header the call would do something else, so it is refused rather than dropped, unless the route lists it.
 */
export function namesSecondObject(name: string): boolean {
  return SECOND_OBJECT.has(name) || (name.startsWith('x-') && SECOND_OBJECT_OF_STORES.test(name));
}

/** Whether the gateway never forwards this header as the client sent it, so that no route may list it. */
export function isWithheldHeader(name: string): boolean {
  return NEVER_FORWARDED.has(name) || OF_PROXIES.test(name) || OF_TENANTS.test(name);
}

/**
 * Whether a service may read its tenant from this header, in any casing. Not from a header that every client sends: the
 * gateway does not look there for the names of pinned tenants. Not from a header that the gateway refuses, withholds or
 * sets: the upstream would not receive the value that was authorized. `X-Tenant…` is withheld too, but the gateway sets it
 * again to the authorized value.
 */
export function mayCarryTenant(header: string): boolean {
  const name = header.toLowerCase();
  return (
    OF_TENANTS.test(name) || !(isSentByEveryClient(name) || isRefusedHeader(name) || isWithheldHeader(name))
  );
}
