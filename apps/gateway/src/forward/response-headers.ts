import { HOP_BY_HOP } from '@countersign/contract';
import type { IncomingHttpHeaders } from 'undici/types/header.js';
import { connectionOptions } from '../http/connection-options.js';
import { isHostCookie } from './own-cookies.js';
import type { WaysBack } from './ways-back.js';

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
export type Origin = { service: string; upstream: URL; back: WaysBack };

type Rewrite = (value: string, origin: Origin) => string | undefined;

const reference: Rewrite = (value, { service, upstream, back }) => back.reference(value, service, upstream);

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
