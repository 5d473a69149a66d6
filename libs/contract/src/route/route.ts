import { z } from 'zod';
import { ACTION, SERVICE_NAME } from '../core/ids.js';

/** One line of a route map: method and path template, what they mean as resource and action, and which query is let through. */
export type Route = {
  method: string;
  /** `/tenants/{tenant}/invoices/{id}`: whole segments, literal or `{parameter}`. */
  path: string;
  /** `invoices/{id}`: the same parameters may be used. */
  resource: string;
  action: string;
  /** Names of the query parameters that may be sent; absent: none; `any`: all. */
  query?: string[] | 'any';
};

/** Where a call's tenant is read: from the path's `{tenant}`, the host, a header, or it is the whole service's. */
export type TenantFrom = 'path' | 'host' | 'header' | 'service';

/** A data service with defaults filled in: the whole of what its route map's hash covers. */
export type ServiceDefinition = {
  name: string;
  upstream: string;
  audience: string;
  tenantFrom: TenantFrom;
  /** With `tenantFrom: header` alone. */
  tenantHeader?: string;
  routes: Route[];
};

const METHOD = /^[A-Z]{1,20}(?:-[A-Z]{1,20})?$/;
// A literal is any path segment of RFC 3986 without `;` and percent-encoding, which the gateway refuses anyway.
const PATH =
  /^\/(?:(?:\{[A-Za-z][A-Za-z0-9_]*\}|[A-Za-z0-9._~!$&'()*+,=:@-]+)(?:\/(?:\{[A-Za-z][A-Za-z0-9_]*\}|[A-Za-z0-9._~!$&'()*+,=:@-]+))*)?$/;
const RESOURCE =
  /^(?:\{[A-Za-z][A-Za-z0-9_]*\}|[A-Za-z0-9._~-]+)(?:\/(?:\{[A-Za-z][A-Za-z0-9_]*\}|[A-Za-z0-9._~-]+))*$/;
const QUERY_NAME = /^[A-Za-z0-9._~:@$!*,[\]-]{1,128}$/;
const UPSTREAM = /^https?:\/\/[A-Za-z0-9.:[\]-]+$/;
const AUDIENCE = /^[\x21-\x7e]{1,255}$/;
const HEADER_NAME = /^[A-Za-z0-9-]{1,64}$/;

export const routeSchema: z.ZodType<Route> = z.strictObject({
  method: z.string().regex(METHOD, 'an HTTP method in capitals'),
  path: z.string().max(1_024).regex(PATH, 'a path of whole segments, each literal or {parameter}'),
  resource: z.string().max(1_024).regex(RESOURCE, 'resource segments, each literal or {parameter}'),
  action: z.string().regex(ACTION, 'an action is of A-Z a-z 0-9 . _ ~ -'),
  query: z.exactOptional(
    z.union([z.literal('any'), z.array(z.string().regex(QUERY_NAME, 'not the name of a query parameter'))]),
  ),
});

/** Shape of a service with its map; rules that hold between members are in `routeMapProblems`. */
export const serviceDefinitionSchema: z.ZodType<ServiceDefinition> = z.strictObject({
  name: z.string().regex(SERVICE_NAME, 'a service name is [a-z][a-z0-9-]{0,62}'),
  upstream: z.string().max(255).regex(UPSTREAM, 'an http or https origin without path'),
  audience: z.string().regex(AUDIENCE, 'printable ASCII without spaces'),
  tenantFrom: z.enum(['path', 'host', 'header', 'service']),
  tenantHeader: z.exactOptional(z.string().regex(HEADER_NAME, 'a header name of letters, digits and -')),
  routes: z.array(routeSchema),
});

const PARAMETER = /^\{(.+)\}$/;

/** Segments of a path template or of a request's path; `/` alone has none. */
export function pathSegments(path: string): string[] {
  if (path === '/') return [];
  // By hand: `split` takes twice as long, and this is done at every call.
  const segments: string[] = [];
  let start = 1;
  for (let end = path.indexOf('/', start); end !== -1; end = path.indexOf('/', start)) {
    segments.push(path.slice(start, end));
    start = end + 1;
  }
  segments.push(path.slice(start));
  return segments;
}

/** The name in `{name}`, or undefined for a literal segment. */
export function parameterName(segment: string): string | undefined {
  return PARAMETER.exec(segment)?.[1];
}

/** The pattern of all resources that a route can name: `invoices/{id}` → `invoices/*`. */
export function routeResourcePattern(route: Route): string {
  return route.resource
    .split('/')
    .map((segment) => (parameterName(segment) === undefined ? segment : '*'))
    .join('/');
}
