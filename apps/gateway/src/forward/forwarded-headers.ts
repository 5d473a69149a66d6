import { HOP_BY_HOP, passesByDefault } from '@countersign/contract';
import type { HeaderList } from '../http/header-list.js';
import { connectionOptions } from '../http1/connection-options.js';
import { type Fields, valuesOf } from '../http1/fields.js';
import type { LocationRewriter } from './location-rewriter.js';

/** What the gateway tells the upstream about a call. */
type TrustHeaders = {
  tenant: string;
  requester: string;
  grant: string;
  record: string;
  /** Compact JWS; undefined for a service that gets none. */
  context: string | undefined;
  /** The header from which the service reads the tenant, if it does. It is set to the tenant of the decision. */
  tenantHeader: string | undefined;
};

/** The client's header fields, divided by what the route lets through. */
export type SelectedHeaders = {
  /** Fields for the upstream, names and values in turn. Framing and Host are not included: they belong to the next hop. */
  passed: string[];
  /** Names of the fields that are left out, in lower case, in order, each once, for the access record. */
  dropped: string[];
};

/** These concern the connection or the gateway, or are set by the gateway: no one expects them at the upstream. */
const ENDS_HERE: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  'authorization',
  'content-length',
  'expect',
  'host',
]);
/** What a record says of dropped headers is bounded, because the caller chooses their names. */
export const MAX_DROPPED = 100;
const MAX_NAME = 64;

/**
 * Selects the client's header fields that may reach the upstream: those of the default list, and those that the route lists
 * (`listed`, in lower case). All others are dropped and named, except `tenantHeader` and what ends at the gateway anyway.
 */
export function selectHeaders(
  headers: HeaderList,
  listed: ReadonlySet<string>,
  tenantHeader: string | undefined,
): SelectedHeaders {
  const ofConnection = connectionOptions(headers.fields);
  const own = tenantHeader?.toLowerCase();
  const passed: string[] = [];
  const dropped: string[] = [];
  for (const [name, value] of headers.fields) {
    if (ENDS_HERE.has(name) || name === own) continue;
    const sent = name === 'cookie' ? withoutOwnCookies(value) : value;
    if (sent === undefined) continue;
    if (ofConnection.has(name) || !(passesByDefault(name) || listed.has(name))) {
      const shownName = name.slice(0, MAX_NAME);
      if (dropped.length < MAX_DROPPED && !dropped.includes(shownName)) dropped.push(shownName);
      continue;
    }
    passed.push(name, sent);
  }
  return { passed, dropped };
}

/** The header fields for the upstream: what was selected of the client's, and the gateway's own. */
export function upstreamHeaders(sent: string[], trust: TrustHeaders): string[] {
  if (trust.tenantHeader !== undefined) sent.push(trust.tenantHeader, trust.tenant);
  sent.push('countersign-tenant', trust.tenant, 'countersign-requester', trust.requester);
  sent.push('countersign-grant', trust.grant, 'countersign-record', trust.record);
  if (trust.context !== undefined) sent.push('countersign-context', trust.context);
  return sent;
}

/**
 * Response fields that are not passed on: fields of the connection; fields that speak for the whole host, which the
 * gateway and other services share; and fields that a proxy in front of the gateway would take for orders.
 */
const DROPPED: ReadonlySet<string> = new Set([
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
const DROPPED_PREFIXES = /^(?:countersign-|x-(?:accel-|lighttpd-|reproxy-|sendfile))/;

/** Where a response came from. Its references are resolved against this. */
export type Origin = {
  service: string;
  upstream: URL;
  /** True if the browser sees the service at a host of its own. */
  ownHost: boolean;
  /** True for a route that is the same for every tenant. */
  isShared: boolean;
  locations: LocationRewriter;
  /** True if the service has `cors`: the gateway sets the CORS headers itself, and drops those of the upstream. */
  answersCors: boolean;
};

type Rewrite = (value: string, origin: Origin) => string | undefined;

const reference: Rewrite = (value, { service, upstream, ownHost, locations }) =>
  locations.rewrite(value, service, upstream, ownHost);

/** Seconds, then an address, with or without `url=` and quotes. */
const REFRESH = /^([\s\d.]*[;,]?\s*(?:url\s*=\s*)?["']?)([^"']*)/i;

/** Headers that hold addresses or cookies. A rewrite to undefined drops the value. */
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
  ['set-cookie', (value, { service, ownHost }) => cookieOfService(value, service, ownHost)],
]);

/**
 * The upstream's header fields for the client, names and values in turn. An upstream's `Connection` removes what it names, but not the
 * length: without it the client could not tell a whole answer from one that broke off. Nothing in them leads the client around the
 * gateway, sets a cookie beyond this service, or speaks in the gateway's name.
 */
export function clientHeaders(fields: Fields, origin: Origin): string[] {
  const isPrivate = origin.ownHost || origin.isShared || fields.some(([name]) => CACHING.test(name));
  const named = connectionOptions(fields);
  const sent: string[] = [];
  for (const [name, value] of fields) {
    if (DROPPED.has(name) || (named.has(name) && name !== 'content-length') || DROPPED_PREFIXES.test(name))
      continue;
    if (origin.answersCors && name.startsWith('access-control-')) continue;
    if (CACHING.test(name)) continue;
    const rewrite = REWRITTEN.get(name);
    const fieldText = rewrite === undefined ? value : rewrite(value, origin);
    if (fieldText !== undefined) sent.push(name, fieldText);
  }
  if (isPrivate) sent.push('cache-control', privateCaching(fields));
  return sent;
}

/** How caches store an answer, also those of one kind alone (RFC 9213). */
const CACHING = /^(?:(?:.+-)?cache-control|surrogate-control)$/;
/** Directives that say nothing to a cache which several people share. */
const DIRECTIVE =
  /(?:^|[\s,])(no-store|no-cache(?!=)|no-transform|must-revalidate|immutable|max-age=\d{1,9})(?=[\s,]|$)/gi;

/**
 * `Cache-Control` that keeps shared caches from storing an answer, which they would hand to people without a grant. They store no answer
 * to a token unless they are told to, as by `public` (RFC 9111 §3.5), so what an upstream says is made `private`. They store any answer
 * to a cookie, so at a service's own host it is private even if the upstream says nothing. A shared route is the same for every tenant,
 * which upstreams like to call `public`; it still needs a grant.
 */
function privateCaching(fields: Fields): string {
  const cacheControl = valuesOf(fields, 'cache-control').join(', ');
  const directives = [...cacheControl.matchAll(DIRECTIVE)].map(([, directive = '']) =>
    directive.toLowerCase(),
  );
  return ['private', ...new Set(directives)].join(', ');
}

/**
 * A cookie for this service alone: without a domain, so that it stays with the gateway's host, and with a path below
 * the service. `__Host-` cookies require all paths of the host, which other services and the broker share: they are
 * dropped. A service with its own host keeps its paths and such cookies, but it cannot set the cookies of the gateway.
 */
function cookieOfService(cookie: string, service: string, ownHost: boolean): string | undefined {
  const [pair = '', ...attributes] = cookie.split(';');
  if (ownHost ? isOwnCookie(pair) : isHostCookie(pair)) return undefined;
  const rest = attributes
    .filter((attribute) => !/^\s*domain\s*(?:=|$)/i.test(attribute))
    .map((attribute) =>
      ownHost
        ? attribute
        : attribute.replace(/^(\s*path\s*=\s*)\/(.*)$/i, (_, name, path) => `${name}/${service}/${path}`),
    );
  return [pair, ...rest].join(';');
}

const OWN = '__host-countersign';
const HOST = '__host-';

/**
 * Whether the pair begins with this name, also after `=`: some browsers send a cookie that was set without a name in
 * that form. A regular expression would backtrack over a long run of spaces.
 */
function beginsWith(pair: string, name: string): boolean {
  const text = pair.trimStart();
  const named = text.startsWith('=') ? text.slice(1).trimStart() : text;
  return named.slice(0, name.length).toLowerCase() === name;
}

/**
 * Whether a cookie's `name=value` belongs to the broker or the gateway. Cookies ignore ports, so both meet on one host.
 */
export function isOwnCookie(pair: string): boolean {
  return beginsWith(pair, OWN);
}

/** Whether a cookie requires all paths of its host. */
export function isHostCookie(pair: string): boolean {
  return beginsWith(pair, HOST);
}

/** A `Cookie` header without our cookies; undefined if nothing is left. */
export function withoutOwnCookies(cookies: string): string | undefined {
  const rest = cookies.split(';').filter((pair) => !isOwnCookie(pair));
  return rest.length === 0 ? undefined : rest.join(';').trim();
}
