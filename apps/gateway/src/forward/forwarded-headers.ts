import { HOP_BY_HOP, isWithheldHeader } from '@countersign/contract';
import type { IncomingHttpHeaders } from 'undici/types/header.js';
import { connectionOptions, type HeaderList } from '../http/header-list.js';
import type { LocationRewriter } from './location-rewriter.js';

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
    if (isWithheldHeader(name) || name === tenantHeader || dropped?.has(name) === true) continue;
    const kept = name === 'cookie' ? withoutOwnCookies(value) : value;
    if (kept !== undefined) sent.push(name, kept);
  }
  if (trust.tenantHeader !== undefined) sent.push(trust.tenantHeader, trust.tenant);
  sent.push('countersign-tenant', trust.tenant, 'countersign-requester', trust.requester);
  sent.push('countersign-grant', trust.grant, 'countersign-record', trust.record);
  sent.push('countersign-context', trust.context);
  return sent;
}

/**
 * What does not come back: the connection's own; what speaks for the whole host, which is ours and other services' too;
 * and what a proxy before us would take for orders.
 */
const NEVER: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  'alt-svc',
  'clear-site-data',
  'expect-ct',
  'nel',
  'public-key-pins',
  'report-to',
  'reporting-endpoints',
  'service-worker-allowed',
  'set-login',
  'speculation-rules',
  'set-cookie2',
  'strict-transport-security',
]);
const FAMILIES = /^(?:countersign-|x-(?:accel-|lighttpd-|reproxy-|sendfile))/;

/** Where an answer came from, as its references have to be read. */
export type Origin = { service: string; upstream: URL; locations: LocationRewriter };

type Rewrite = (value: string, origin: Origin) => string | undefined;

const reference: Rewrite = (value, { service, upstream, locations }) =>
  locations.rewrite(value, service, upstream);

/** Seconds, then an address, with `url=` and quotes or without. */
const REFRESH = /^([\s\d.]*[;,]?\s*(?:url\s*=\s*)?["']?)([^"']*)/i;

/** Headers that hold addresses or cookies. Undefined: does not come back. */
const REWRITTEN: ReadonlyMap<string, Rewrite> = new Map([
  ['location', reference],
  ['content-location', reference],
  ['sourcemap', reference],
  ['x-sourcemap', reference],
  ['link', (value, origin) => value.replaceAll(/<([^<>]*)>/g, (_, to) => `<${reference(to, origin)}>`)],
  [
    'refresh',
    (value, origin) =>
      value.replace(REFRESH, (_, before: string, to: string) => `${before}${reference(to, origin)}`),
  ],
  ['set-cookie', (value, { service }) => cookieOfService(value, service)],
]);

/**
 * The upstream's header fields for the client, flat as Node takes them, with nothing left that would lead the client
 * round the gateway, set a cookie beyond this service, or speak in our name.
 */
export function clientHeaders(headers: IncomingHttpHeaders, origin: Origin): string[] {
  const named = connectionOptions([headers['connection'] ?? []].flat());
  const sent: string[] = [];
  for (const name in headers) {
    const lower = name.toLowerCase();
    if (NEVER.has(lower) || named?.has(lower) === true || FAMILIES.test(lower)) continue;
    const rewrite = REWRITTEN.get(lower);
    const value = headers[name];
    for (const each of Array.isArray(value) ? value : [value]) {
      const kept = each === undefined || rewrite === undefined ? each : rewrite(each, origin);
      if (kept !== undefined) sent.push(name, kept);
    }
  }
  return sent;
}

/**
 * A cookie for this service alone: no domain, so that it stays with the gateway's host, and a path below the service.
 * `__Host-` cookies insist on all paths of the host, which other services and the broker share: they do not come back.
 */
function cookieOfService(cookie: string, service: string): string | undefined {
  const [pair = '', ...attributes] = cookie.split(';');
  if (isHostCookie(pair)) return undefined;
  const kept = attributes
    .filter((attribute) => !/^\s*domain\s*(?:=|$)/i.test(attribute))
    .map((attribute) =>
      attribute.replace(/^(\s*path\s*=\s*)\/(.*)$/i, (_, name, path) => `${name}/${service}/${path}`),
    );
  return [pair, ...kept].join(';');
}

const OWN = '__host-countersign';
const HOST = '__host-';

/**
 * Begins so, also without a name in front, as some browsers send what was set without one. No regular expression: on a long
 * run of spaces it would try every way to part them.
 */
function begins(pair: string, name: string): boolean {
  const given = pair.trimStart();
  const named = given.startsWith('=') ? given.slice(1).trimStart() : given;
  return named.slice(0, name.length).toLowerCase() === name;
}

/** Whether a cookie's `name=value` is of the broker or the gateway: cookies ignore ports, so that they meet on one host. */
export function isOwnCookie(pair: string): boolean {
  return begins(pair, OWN);
}

/** Whether a cookie insists on all paths of its host. */
export function isHostCookie(pair: string): boolean {
  return begins(pair, HOST);
}

/** A `Cookie` header without ours; undefined when nothing is left. */
export function withoutOwnCookies(cookies: string): string | undefined {
  const kept = cookies.split(';').filter((pair) => !isOwnCookie(pair));
  return kept.length === 0 ? undefined : kept.join(';').trim();
}
