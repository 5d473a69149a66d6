import { z } from 'zod';
import { canonicalJson } from '../encoding/canonical-json.js';
import { type Hashing, sha256Digest } from '../encoding/digest.js';
import { ACTION, SERVICE_NAME } from '../identifiers.js';
import { resourceCovers, resourcesOverlap } from '../resource/resource.js';
import { byCodeUnit, type ScopeEntry } from '../resource/scope.js';
import { type CorsRules, corsSchema, normalisedCors } from './cors.js';
import { fileHostsSchema } from './linked-files.js';
import { fieldPointer, MAX_MASKED_FIELDS, mediaType } from './masked-fields.js';
import { OPERATION_PARAMETERS } from './operation-call.js';
import { PATH_TEMPLATE, parameterName } from './path-template.js';
import { operationKey, type PersistedOperation, persistedOperationSchema } from './persisted-operation.js';

/** One line of a route map: which calls it covers, and which resource and action they are. docs/contract.md, Route map. */
export type Route = {
  method: string;
  /**
   * `/tenants/{tenant}/invoices/{id:int}`: whole segments, literal, `{parameter}` or `{parameter:pattern}`. A final `/` makes another
   * path.
   */
  path: string;
  /** `invoices/{id}`: may use the parameters of the path, and those of `graphql.variables`. */
  resource: string;
  action: string;
  /** The query parameters that a call may have. Absent: none. */
  query?: string[] | 'any';
  /** Those of the listed parameters that a call may give more than once. Every value counts for the upstream. */
  repeat?: string[];
  /** Calls of this `GET` route may have a body, as those of Elasticsearch have. */
  body?: true;
  /** Answers are files: gateways record the SHA-256 of what they send, and take one range at most. */
  download?: true;
  /**
   * The response is the same for every tenant, as scripts, styles and pictures are: the vendor says so. Such a route needs no
   * tenant and no scope, only a grant of the service. Its resource is `shared`, its action `read` (`SHARED`).
   */
  shared?: true;
  /** Request headers that pass on this route, beside the default (`PASSED_BY_DEFAULT`) and those of the service. */
  headers?: string[];
  /** Fields of the JSON answer, as pointers, that hold presigned links. Gateways keep the links, and serve the files themselves. */
  presigned?: string[];
  /** Fields of the JSON answer, as pointers, that are masked unless the grant says `unmasked`. */
  mask?: string[];
  /** Media types that pass as they are on a route with `mask`. Absent: an answer that is not JSON is withheld. */
  maskPasses?: string[];
  /** Calls of this route are one persisted operation of GraphQL. */
  graphql?: PersistedOperation;
};

/**
 * Where a call names its tenant: in the path's `{tenant}` (or, for a persisted operation, in a variable), the host or a header; or
 * nowhere, and the service says with each response whose data it is.
 */
export const TENANT_FROM = ['path', 'host', 'header', 'service'] as const;
export type TenantFrom = (typeof TENANT_FROM)[number];

/** A data service with its defaults filled in: everything that the hash of its route map covers. */
export type ServiceDefinition = {
  name: string;
  /** An HTTP origin; or a database (`database.ts`), in which gateways run SQL. */
  upstream: string;
  audience: string;
  tenantFrom: TenantFrom;
  /** Only with `tenantFrom: header`. */
  tenantHeader?: string;
  /** Only with `tenantFrom: service`: the service checks the tenant of a call before it acts. Its routes may write. */
  checksTenant?: true;
  /** The service reads each spelling of a path as another path. Absent: it may ignore letter case, a final slash, a format suffix. */
  paths?: 'exact';
  /** Request headers that pass on every route, beside the default (`PASSED_BY_DEFAULT`). */
  headers?: string[];
  /** Origins of the storages to which `presigned` links lead. */
  fileHosts?: string[];
  /** Absent: gateways permit no page of another origin to call the service. */
  cors?: CorsRules;
  routes: Route[];
};

/** What every call of a shared route is, in terms, records and `forbid` rules. */
export const SHARED = { resource: 'shared', action: 'read' } as const;

const METHOD = /^[A-Z]{1,20}(?:-[A-Z]{1,20})?$/;
const RESOURCE =
  /^(?:\{[A-Za-z][A-Za-z0-9_]*\}|[A-Za-z0-9._~-]+)(?:\/(?:\{[A-Za-z][A-Za-z0-9_]*\}|[A-Za-z0-9._~-]+))*$/;
const QUERY_NAME = /^[A-Za-z0-9._~:@$!*,[\]-]{1,128}$/;
const UPSTREAM = /^(?:https?:\/\/[A-Za-z0-9.:[\]-]+|postgres:\/\/[A-Za-z0-9.:[\]-]+\/[A-Za-z0-9_-]{1,63})$/;
const AUDIENCE = /^[\x21-\x7e]{1,255}$/;
const HEADER_NAME = /^[A-Za-z0-9-]{1,64}$/;

const headerName = (what: string) => z.string().regex(HEADER_NAME, what);
const headerNames = z.exactOptional(
  z.array(headerName('the name of a header: letters, digits and -')).max(100),
);

export const routeSchema: z.ZodType<Route> = z.strictObject({
  method: z.string().regex(METHOD, 'an HTTP method in capitals'),
  path: z
    .string()
    .max(1_024)
    .regex(PATH_TEMPLATE, 'a path of whole segments, each literal, {parameter} or {parameter:pattern}'),
  resource: z.string().max(1_024).regex(RESOURCE, 'resource segments, each literal or {parameter}'),
  action: z.string().regex(ACTION, 'an action is of A-Z a-z 0-9 . _ ~ -'),
  query: z.exactOptional(
    z.union([z.literal('any'), z.array(z.string().regex(QUERY_NAME, 'not the name of a query parameter'))]),
  ),
  repeat: z.exactOptional(
    z.array(z.string().regex(QUERY_NAME, 'not the name of a query parameter')).min(1, 'at least one name'),
  ),
  body: z.exactOptional(z.literal(true, 'true, or left out')),
  download: z.exactOptional(z.literal(true, 'true, or left out')),
  shared: z.exactOptional(z.literal(true, 'true, or left out')),
  headers: headerNames,
  presigned: z.exactOptional(z.array(fieldPointer).min(1, 'at least one field').max(MAX_MASKED_FIELDS)),
  mask: z.exactOptional(z.array(fieldPointer).min(1, 'at least one field').max(MAX_MASKED_FIELDS)),
  maskPasses: z.exactOptional(z.array(mediaType).min(1, 'at least one type').max(20)),
  graphql: z.exactOptional(persistedOperationSchema),
});

/** The shape of a service with its map. The rules between members are in `findRouteMapProblems`. */
export const serviceDefinitionSchema: z.ZodType<ServiceDefinition> = z.strictObject({
  name: z.string().regex(SERVICE_NAME, 'a service name is [a-z][a-z0-9-]{0,62}'),
  upstream: z
    .string()
    .max(255)
    .regex(UPSTREAM, 'an http or https origin without path, or postgres://HOST[:PORT]/DATABASE'),
  audience: z.string().regex(AUDIENCE, 'printable ASCII without spaces'),
  tenantFrom: z.enum(TENANT_FROM),
  tenantHeader: z.exactOptional(headerName('a header name of letters, digits and -')),
  checksTenant: z.exactOptional(z.literal(true)),
  paths: z.exactOptional(z.literal('exact', 'exact, or left out')),
  headers: headerNames,
  fileHosts: z.exactOptional(fileHostsSchema),
  cors: z.exactOptional(corsSchema),
  routes: z.array(routeSchema),
});

/** The pattern of all resources that calls of a route can have: `invoices/{id}` → `invoices/*`. */
export function routeResourcePattern(route: Route): string {
  return route.resource
    .split('/')
    .map((segment) => (parameterName(segment) === undefined ? segment : '*'))
    .join('/');
}

/**
 * The bytes that a route map's hash covers (docs/contract.md, Route map), as canonical JSON:
 *
 *     {"audience":…,"checksTenant":true,"cors":…,"fileHosts":…,"headers":…,"paths":"exact",
 *      "routes":[{"action":…,"body":true,"download":true,"graphql":…,"headers":…,"mask":…,"maskPasses":…,"method":…,"path":…,
 *      "presigned":…,"query":…,"repeat":…,"resource":…,"shared":true},…],"service":…,"tenantFrom":…,"tenantHeader":…,"upstream":…}
 *
 * Routes are sorted by path, then method, then the hash and the name of the operation. `query` is `[]` if absent, a sorted list of
 * unique names, or the text `any`. `tenantHeader`, `checksTenant`, `paths`, `headers`, `fileHosts`, `cors`, `repeat`, `body`, `download`,
 * `shared`, `presigned`, `mask`, `maskPasses` and `graphql` are there only if the service or route has them. `headers` is a sorted list of unique
 * names in lower case; `fileHosts`, `repeat`, `presigned`, `mask` and `maskPasses` are such lists as they are written. `cors` is
 * `{"credentials":true,"exposeHeaders":…,"maxAge":…,"origins":…}` with what the service has of it, each list sorted.
 */
export function canonicalRouteMap(service: ServiceDefinition): string {
  return canonicalJson({
    service: service.name,
    audience: service.audience,
    upstream: service.upstream,
    tenantFrom: service.tenantFrom,
    ...(service.tenantHeader === undefined ? {} : { tenantHeader: service.tenantHeader }),
    ...(service.checksTenant === undefined ? {} : { checksTenant: service.checksTenant }),
    ...(service.paths === undefined ? {} : { paths: service.paths }),
    ...normalisedHeaders(service),
    ...(service.fileHosts && { fileHosts: uniqueNames(service.fileHosts) }),
    ...(service.cors && { cors: normalisedCors(service.cors) }),
    routes: service.routes
      .map(normalised)
      .sort(
        (a, b) =>
          byCodeUnit(a.path, b.path) ||
          byCodeUnit(a.method, b.method) ||
          byCodeUnit(operationOf(a), operationOf(b)),
      ),
  });
}

const operationOf = ({ graphql }: Route): string =>
  graphql === undefined ? '' : operationKey(graphql.sha256, graphql.operation);

function normalised({ query, repeat, headers, presigned, mask, maskPasses, ...rest }: Route): Route {
  return {
    ...rest,
    query: query === 'any' ? 'any' : uniqueNames(query ?? []),
    ...(repeat && { repeat: uniqueNames(repeat) }),
    ...normalisedHeaders({ headers }),
    ...(presigned && { presigned: uniqueNames(presigned) }),
    ...(mask && { mask: uniqueNames(mask) }),
    ...(maskPasses && { maskPasses: uniqueNames(maskPasses) }),
  };
}

const uniqueNames = (names: readonly string[]): string[] => [...new Set(names)].sort(byCodeUnit);

function normalisedHeaders({ headers }: { headers?: readonly string[] | undefined }): { headers?: string[] } {
  if (headers === undefined) return {};
  return { headers: uniqueNames(headers.map((name) => name.toLowerCase())) };
}

/**
 * The request headers that a route lets through beside the default: those of the service and its own, in lower case, sorted,
 * each once. A shared route has none: a header could make its response depend on who calls.
 */
export function headersOfRoute(service: Pick<ServiceDefinition, 'headers'>, route: Route): string[] {
  if (route.shared) return [];
  return normalisedHeaders({ headers: [...(service.headers ?? []), ...(route.headers ?? [])] }).headers ?? [];
}

/** The routes that a scope can allow. A shared route is open with every grant, so no one requests it. */
export function routesOfScopes<Kind extends Pick<Route, 'shared'>>(routes: readonly Kind[]): Kind[] {
  return routes.filter(({ shared }) => shared !== true);
}

/** Whether calls of this route may have the query parameter. */
export function listsQuery({ method, query, graphql }: Route, name: string): boolean {
  if (graphql !== undefined) return method === 'GET' && OPERATION_PARAMETERS.has(name);
  return query === 'any' || query?.includes(name) === true;
}

/** Whether a call of this route may give the query parameter more than once. */
export function mayRepeat({ query, repeat }: Route, name: string): boolean {
  return query === 'any' || repeat?.includes(name) === true;
}

/** The digest of the canonical map. Terms name it, so that no one can later change what an approved scope means. */
export function routeMapHash(hashing: Hashing, service: ServiceDefinition): string {
  return sha256Digest(hashing, canonicalRouteMap(service));
}

/** Actions of a service on a pattern of resources that a scope does not allow, or allows only in part (`partly`). */
export interface OutsideScope {
  entry: ScopeEntry;
  partly: boolean;
}

/**
 * What stays closed under a scope, in terms of the service's own routes. An action on a pattern is left out if one entry
 * covers it, and is marked `partly` if an entry overlaps with it.
 */
export function actionsOutsideScope(
  scope: readonly ScopeEntry[],
  service: { routes: readonly Route[] },
): OutsideScope[] {
  const byResource = new Map<string, { whole: string[]; part: string[] }>();
  for (const route of routesOfScopes(service.routes)) {
    const resource = routeResourcePattern(route);
    const same = scope.filter(({ actions }) => actions.includes(route.action));
    if (same.some((entry) => resourceCovers(entry.resource, resource))) continue;
    const found = byResource.get(resource) ?? { whole: [], part: [] };
    const list = same.some((entry) => resourcesOverlap(entry.resource, resource)) ? found.part : found.whole;
    if (!list.includes(route.action)) list.push(route.action);
    byResource.set(resource, found);
  }
  return [...byResource].flatMap(([resource, { whole, part }]) => [
    ...(part.length === 0 ? [] : [{ entry: { resource, actions: part }, partly: true }]),
    ...(whole.length === 0 ? [] : [{ entry: { resource, actions: whole }, partly: false }]),
  ]);
}

/** The fields that the routes hide from calls which this scope allows, as pointers: sorted, each once. */
export function hiddenFields(routes: readonly Route[], scope: readonly ScopeEntry[]): string[] {
  return uniqueNames(
    routes.flatMap((route) => {
      const resource = routeResourcePattern(route);
      const isOpen = scope.some(
        (entry) => entry.actions.includes(route.action) && resourcesOverlap(entry.resource, resource),
      );
      return isOpen ? (route.mask ?? []) : [];
    }),
  );
}
