import { jsonPointer } from '../errors.js';
import { isServiceName } from '../identifiers.js';
import { findCorsProblems } from './cors.js';
import { findDatabaseProblems, isDatabase } from './database.js';
import { mayBeListed, mayCarryTenant } from './headers.js';
import { isJsonType } from './masked-fields.js';
import { foldedSegments, parameterName, parameterPattern, pathSegments } from './path-template.js';
import { addProblemsOfOperation, operationPathProblems } from './persisted-operation.js';
import { type Route, type ServiceDefinition, SHARED, serviceDefinitionSchema } from './route-map.js';
import { samePathProblems } from './same-paths.js';

/** One broken rule of a map, with a JSON Pointer into the service. */
export type RouteMapProblem = { pointer: string; detail: string };

const DOTS = new Set(['.', '..']);
const REFUSED_METHODS = new Set(['CONNECT', 'TRACE']);
/** RFC 9110 §9.2.1: methods that only read. */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * True if gateways cannot keep calls of this route within their tenant. With `tenantFrom: service` they withhold a response
 * that is about another tenant, but that does not undo what the call has written. A query of GraphQL only reads, also with POST.
 */
export function writesUnchecked(
  { method, graphql }: Pick<Route, 'method' | 'graphql'>,
  service: Pick<ServiceDefinition, 'tenantFrom' | 'checksTenant'>,
): boolean {
  const onlyReads = SAFE_METHODS.has(method) || graphql?.type === 'query';
  return service.tenantFrom === 'service' && !service.checksTenant && !onlyReads;
}

/**
 * Every problem of a service and its map, in the order of the file; empty if it may be applied. If a member has the wrong
 * shape, only problems of shape are reported: the rules between members need members of the right shape.
 */
export function findRouteMapProblems(service: ServiceDefinition): RouteMapProblem[] {
  const shape = serviceDefinitionSchema.safeParse(service);
  if (!shape.success) {
    return shape.error.issues.map((issue) => ({ pointer: jsonPointer(issue.path), detail: issue.message }));
  }
  return [
    ...serviceProblems(shape.data),
    ...shape.data.routes.flatMap((route, index) => routeProblems(route, `/routes/${index}`, shape.data)),
    ...samePathProblems(shape.data),
    ...sharedProblems(shape.data.routes),
    ...operationPathProblems(shape.data.routes),
  ];
}

function serviceProblems(service: ServiceDefinition): RouteMapProblem[] {
  const problems: RouteMapProblem[] = [];
  if (!isServiceName(service.name)) {
    problems.push({ pointer: '/name', detail: 'this name is a path of the gateway itself' });
  }
  if (isDatabase(service)) problems.push(...findDatabaseProblems(service));
  else if (!isOrigin(service.upstream)) {
    problems.push({ pointer: '/upstream', detail: 'not an origin that can be called' });
  }
  if ((service.tenantFrom === 'header') !== (service.tenantHeader !== undefined)) {
    problems.push({ pointer: '/tenantHeader', detail: 'goes with `tenantFrom: header`, and only with it' });
  }
  if (service.tenantHeader !== undefined && !mayCarryTenant(service.tenantHeader)) {
    problems.push({
      pointer: '/tenantHeader',
      detail:
        'is sent by every client or by proxies, or set by gateways: a tenant is read from a header of its own',
    });
  }
  if (service.checksTenant && service.tenantFrom !== 'service') {
    problems.push({ pointer: '/checksTenant', detail: 'goes with `tenantFrom: service`, and only with it' });
  }
  if (service.fileHosts !== undefined && new Set(service.fileHosts).size !== service.fileHosts.length) {
    problems.push({ pointer: '/fileHosts', detail: 'names a host twice' });
  }
  problems.push(...headerProblems(service.headers ?? [], '/headers'));
  if (service.cors !== undefined) problems.push(...findCorsProblems(service.cors));
  return problems;
}

function isOrigin(upstream: string): boolean {
  try {
    const url = new URL(upstream);
    return url.hostname !== '' && url.pathname === '/' && url.port !== '0';
  } catch {
    return false;
  }
}

function routeProblems(route: Route, pointer: string, service: ServiceDefinition): RouteMapProblem[] {
  const problems: RouteMapProblem[] = [];
  const add = (member: string, detail: string) => problems.push({ pointer: `${pointer}/${member}`, detail });
  const path = pathSegments(route.path);
  const names = path.map(parameterName).filter((name) => name !== undefined);
  const resource = route.resource.split('/');
  if (REFUSED_METHODS.has(route.method)) add('method', 'this method is never forwarded');
  if (writesUnchecked(route, service)) {
    add('method', 'may write: with `tenantFrom: service` only if the service has `checksTenant: true`');
  }
  if (path.some((segment) => DOTS.has(segment))) add('path', 'has a dot segment');
  if (new Set(names).size !== names.length) add('path', 'names a parameter twice');
  for (const segment of path) {
    const pattern = parameterPattern(segment);
    if (pattern !== undefined && 'problem' in pattern) add('path', pattern.problem);
    if (pattern !== undefined && parameterName(segment) === 'tenant')
      add('path', 'has a pattern for {tenant}, whose value is always the slug of the grant’s tenant');
  }
  const variables = Object.keys(route.graphql?.variables ?? {});
  const namesTenant = names.includes('tenant') || variables.includes('tenant');
  if (!route.shared && namesTenant !== (service.tenantFrom === 'path')) {
    add('path', 'has {tenant} exactly once with `tenantFrom: path`, and never otherwise');
  }
  if (resource.some((segment) => DOTS.has(segment))) add('resource', 'has a dot segment');
  const known = new Set([...names, ...variables]);
  if (resource.map(parameterName).some((name) => name !== undefined && !known.has(name))) {
    add('resource', 'uses a parameter that the path does not have');
  }
  addProblemsOfOperation(route, names, service, add);
  if (Array.isArray(route.query) && new Set(route.query).size !== route.query.length) {
    add('query', 'names a parameter twice');
  }
  if (route.repeat?.some((name) => !Array.isArray(route.query) || !route.query.includes(name))) {
    add('repeat', 'names a parameter that `query` does not list');
  }
  if (route.body === true && route.method !== 'GET') {
    add('body', 'goes with GET, and only with it: other methods have a body or never have one');
  }
  if (new Set(route.mask).size !== (route.mask?.length ?? 0)) add('mask', 'names a field twice');
  if (route.mask !== undefined && route.download === true)
    add('mask', 'goes not with `download`: a file is sent as it is');
  if (route.maskPasses !== undefined && route.mask === undefined) {
    add('maskPasses', 'goes with `mask`, and only with it');
  }
  if (route.maskPasses?.some(isJsonType)) add('maskPasses', 'names a type of JSON: its fields are masked');
  if (route.download === true && route.method !== 'GET') {
    add('download', 'goes with GET, and only with it');
  }
  if (route.presigned !== undefined) addProblemsOfPresigned(route, service, add);
  if (service.fileHosts !== undefined && path[0] === 'countersign') {
    add('path', 'begins as the addresses at which gateways serve files of this service');
  }
  if (route.shared) addProblemsOfShared(route, add);
  problems.push(...headerProblems(route.headers ?? [], `${pointer}/headers`));
  return problems;
}

/** A shared route reads what is the same for every tenant. So its path names no tenant, and no part of a call may say who calls. */
function addProblemsOfShared(route: Route, add: (member: string, detail: string) => void): void {
  const [first] = pathSegments(route.path);
  if (route.method !== 'GET' && route.method !== 'HEAD')
    add('method', 'a shared route only reads: GET or HEAD');
  if (pathSegments(route.path).includes('{tenant}'))
    add('path', 'a shared route is the same for every tenant, so its path has no {tenant}');
  if (first !== undefined && parameterName(first) !== undefined)
    add('path', 'the path of a shared route begins with a literal segment');
  if (route.resource !== SHARED.resource) add('resource', 'the resource of a shared route is `shared`');
  if (route.action !== SHARED.action) add('action', 'the action of a shared route is `read`');
  if (route.query === 'any') add('query', 'a shared route lists its query parameters');
  if (route.body) add('body', 'a shared route has no body');
  if ((route.headers ?? []).length > 0) add('headers', 'a shared route passes only the default headers');
}

/**
 * Where a map has shared routes: no other route may be called `shared`, and no parameter of a shared path may stand where
 * another route has its tenant, whatever its name. `/tenants/{any}/logo.png` would be every tenant's.
 */
function sharedProblems(routes: readonly Route[]): RouteMapProblem[] {
  const shared = routes.filter((route) => route.shared);
  if (shared.length === 0) return [];
  return routes.flatMap((route, index) => {
    if (!route.shared)
      return route.resource === SHARED.resource
        ? [
            {
              pointer: `/routes/${index}/resource`,
              detail: '`shared` is the resource of shared routes alone',
            },
          ]
        : [];
    const other = routes.findIndex((each) => !each.shared && mayNameTenant(route, each));
    return other === -1
      ? []
      : [
          {
            pointer: `/routes/${index}/path`,
            detail: `has a parameter where /routes/${other} names its tenant`,
          },
        ];
  });
}

/** Whether a parameter of the shared path may have the value that the other route would read as its tenant. */
function mayNameTenant(shared: Route, other: Route): boolean {
  const at = pathSegments(other.path).indexOf('{tenant}');
  const path = foldedSegments(other.path);
  const own = foldedSegments(shared.path);
  return (
    at !== -1 &&
    at < own.length &&
    own[at] === undefined &&
    pathSegments(shared.path)[at] !== '{tenant}' &&
    path
      .slice(0, at)
      .every((segment, place) => segment === own[place] || segment === undefined || own[place] === undefined)
  );
}

function addProblemsOfPresigned(
  { presigned = [], mask, download, shared }: Route,
  { fileHosts }: ServiceDefinition,
  add: (member: string, detail: string) => void,
): void {
  if (new Set(presigned).size !== presigned.length) add('presigned', 'names a field twice');
  if (fileHosts === undefined) add('presigned', 'goes with `fileHosts` of the service: where links may lead');
  if (mask !== undefined) add('presigned', 'does not go with `mask`');
  if (download !== undefined) add('presigned', 'does not go with `download`: its answer is no file');
  if (shared !== undefined) add('presigned', 'does not go with `shared`: a file is some tenant’s');
}

function headerProblems(headers: readonly string[], pointer: string): RouteMapProblem[] {
  const names = headers.map((name) => name.toLowerCase());
  return names.flatMap((name, index) => {
    const at = `${pointer}/${index}`;
    if (names.indexOf(name) < index) return [{ pointer: at, detail: 'names a header twice' }];
    if (mayBeListed(name)) return [];
    const detail = 'never passes from a client: it belongs to the connection, to a proxy or to the gateway';
    return [{ pointer: at, detail }];
  });
}
