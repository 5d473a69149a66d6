import { ContractError } from '../errors.js';
import { MAX_RESOURCE_LENGTH } from '../resource/resource.js';
import { segmentOfPath } from '../resource/segment.js';
import { passesByDefault } from './headers.js';
import type { OperationCall } from './operation-call.js';
import type { ParameterPattern } from './parameter-pattern.js';
import { parameterName, parameterPattern, pathSegments, plainPath } from './path-template.js';
import { operationKey } from './persisted-operation.js';
import { findRouteMapProblems } from './problems.js';
import { headersOfRoute, type Route, type ServiceDefinition } from './route-map.js';
import { type SiblingLiterals, siblingLiterals } from './sibling-literals.js';

/** A node of the tree of one method's paths: what may follow, and the route that ends here, or the operations of GraphQL. */
type Node = {
  literals: Map<string, Node> | undefined;
  parameter: Node | undefined;
  route: CompiledRoute | undefined;
  /** By `operationKey`. */
  operations: Map<string, CompiledRoute> | undefined;
};
/** A part of a resource: a literal, the position in the path that has its value, or the variable that has it. */
type Part = string | number | { variable: string };
/** A parameter in a route's path. */
type Parameter = { at: number; pattern: ParameterPattern | undefined; siblings: readonly SiblingLiterals[] };
type CompiledRoute = {
  route: Route;
  parameters: readonly Parameter[];
  /** Position of the tenant in the path, or its variable. Undefined if the call names it elsewhere. */
  tenant: Part | undefined;
  resource: Part[];
  /** Position at which the resource begins, if it is the end of the path, as most are. */
  tail: number | undefined;
  headers: ReadonlySet<string>;
};

/** A map compiled for matching: one tree of segments a method, so that a match costs as much as its path is long. */
export type CompiledRouteMap = {
  readonly methods: ReadonlyMap<string, Node>;
  /** The first label of the upstream's host, in lower case. */
  readonly upstreamLabel: string;
  /** Whether a route has a persisted operation. */
  readonly hasOperations: boolean;
  /** Whether the service reads each spelling of a path as another path. */
  readonly isExact: boolean;
};

/** The one route that covers a call, and what the call is by it. */
export type RouteMatch = {
  route: Route;
  /** Without wildcards: parameters are filled in. */
  resource: string;
  action: string;
  /** The value of `{tenant}` with `tenantFrom: path`. Otherwise undefined, and the caller reads the tenant elsewhere. */
  tenant: string | undefined;
  /** The request headers that pass beside the default, in lower case. */
  headers: ReadonlySet<string>;
};

/** Compiles a map for `matchRoute`. Throws `invalid_route_map` for a map with problems: it must not authorize calls. */
export function compileRouteMap(service: ServiceDefinition): CompiledRouteMap {
  const [problem] = findRouteMapProblems(service);
  if (problem !== undefined) throw new ContractError('invalid_route_map', problem.detail, problem.pointer);
  const methods = new Map<string, Node>();
  const siblings = siblingLiterals(service.routes);
  for (const route of service.routes) {
    const root = methods.get(route.method) ?? leaf();
    methods.set(route.method, root);
    insert(root, route, service, parametersOf(route, siblings));
  }
  const upstreamLabel = new URL(service.upstream).hostname.split('.', 1)[0] ?? '';
  const hasOperations = service.routes.some(({ graphql }) => graphql !== undefined);
  return { methods, upstreamLabel, hasOperations, isExact: service.paths === 'exact' };
}

function parametersOf(route: Route, siblings: ReturnType<typeof siblingLiterals>): Parameter[] {
  const segments = pathSegments(route.path);
  return [...(siblings.get(route) ?? [])].map(([at, beside]) => {
    const pattern = parameterPattern(segments[at] ?? '');
    if (pattern !== undefined && 'problem' in pattern)
      throw new ContractError('invalid_route_map', pattern.problem);
    return { at, pattern, siblings: beside };
  });
}

function insert(
  root: Node,
  route: Route,
  service: ServiceDefinition,
  parameters: readonly Parameter[],
): void {
  const segments = pathSegments(route.path);
  let node = root;
  for (const segment of segments) {
    node =
      parameterName(segment) === undefined ? literalOf(node, canonicalSegment(segment)) : parameterOf(node);
  }
  const { graphql } = route;
  const names = segments.map(parameterName);
  const variables = new Map(Object.entries(graphql?.variables ?? {}));
  const partOf = (name: string): Part => {
    const variable = variables.get(name);
    return variable === undefined ? names.indexOf(name) : { variable };
  };
  const resource = route.resource.split('/').map((segment) => {
    const name = parameterName(segment);
    return name === undefined ? segment : partOf(name);
  });
  const tenant = service.tenantFrom === 'path' && !route.shared ? partOf('tenant') : undefined;
  const headers = new Set(headersOfRoute(service, route).filter((name) => !passesByDefault(name)));
  const compiled = { route, parameters, tenant, resource, tail: tailOf(route), headers };
  if (graphql === undefined) node.route = compiled;
  else {
    node.operations ??= new Map();
    node.operations.set(operationKey(graphql.sha256, graphql.operation), compiled);
  }
}

function tailOf({ path: template, resource, graphql }: Route): number | undefined {
  const path = plainPath(template);
  return graphql === undefined && path.endsWith(`/${resource}`)
    ? pathSegments(path).length - resource.split('/').length
    : undefined;
}

const leaf = (): Node => ({
  ...{ literals: undefined, parameter: undefined, route: undefined, operations: undefined },
});

function literalOf(node: Node, segment: string): Node {
  node.literals ??= new Map();
  const next = node.literals.get(segment) ?? leaf();
  node.literals.set(segment, next);
  return next;
}

function parameterOf(node: Node): Node {
  node.parameter ??= leaf();
  return node.parameter;
}

const MAY_BE_NO_RESOURCE: ReadonlySet<string> = new Set(['', '.', '..']);
/** Paths in which every segment is written in its one spelling already. */
const PLAIN_PATH = /^[A-Za-z0-9._~/-]*$/;

/**
 * The route of a call; undefined if the map lists none. `path` is the upstream path without query, as it will be
 * forwarded; its segments are decoded once. A literal segment beats a parameter, from the left. HEAD follows the route of
 * GET unless the map has one of its own (RFC 9110 §9.3.2). A final `/` is part of the path: `/orders/` is another route
 * than `/orders`.
 *
 * `operation`: the persisted operation that the call names. Paths that take one (`takesOperation`) have a route only with it.
 * `isExact`: the service reads each spelling of a path as another path. Default: what the map says.
 *
 * Throws `invalid_operation` if a variable that the route reads has no usable value. Throws `ambiguous_request` if the path does not
 * begin with `/`, has an empty or dot segment, holds what no resource may (an escaped `/`, `\`, `%` or control character, or bytes that
 * are not UTF-8), names a resource longer than any may be, or has the value of a parameter that the service may read as a literal beside
 * it. Upstreams disagree on what such a path means.
 */
export function matchRoute(
  map: CompiledRouteMap,
  method: string,
  path: string,
  operation?: OperationCall,
  isExact = map.isExact,
): RouteMatch | undefined {
  const { canonical, segments } = readPath(path);
  const end = findIn(map, method, segments);
  const found = end?.operations === undefined ? end?.route : operationIn(end.operations, operation);
  if (found === undefined || !takesValues(found, segments, isExact)) return undefined;
  return toMatch(found, segments, canonical, operation);
}

/**
 * Whether calls of this method and path are persisted operations, which `matchRoute` needs. Throws `ambiguous_request` for a path that no
 * route may have; the values in it are left to `matchRoute`.
 */
export function takesOperation(map: CompiledRouteMap, method: string, path: string): boolean {
  return map.hasOperations && findIn(map, method, readPath(path).segments)?.operations !== undefined;
}

/** The routes whose persisted operations a call of this method and path may name. Throws as `matchRoute` does. */
export function operationsAt(map: CompiledRouteMap, method: string, path: string): Route[] {
  const { segments } = readPath(path);
  const operations = findIn(map, method, segments)?.operations;
  return [...(operations?.values() ?? [])]
    .filter((found) => takesValues(found, segments, map.isExact))
    .map(({ route }) => route);
}

function operationIn(
  operations: ReadonlyMap<string, CompiledRoute>,
  call: OperationCall | undefined,
): CompiledRoute | undefined {
  return call === undefined ? undefined : operations.get(operationKey(call.sha256, call.operation));
}

/**
 * Whether each value in the path matches the pattern of its parameter. Throws `ambiguous_request` if the service may read one of them as
 * a literal beside it.
 */
function takesValues({ parameters }: CompiledRoute, segments: readonly string[], isExact: boolean): boolean {
  for (const { at, pattern, siblings } of parameters) {
    const value = segments[at] ?? '';
    if (pattern !== undefined && !pattern.matches(value)) return false;
    if (siblings.some((literals) => literals.mayBeRead(value, isExact)))
      throw new ContractError(
        'ambiguous_request',
        'a value in the path may be read as a literal segment that the route map lists there, or as none',
      );
  }
  return true;
}

type ReadPath = { readonly path: string; readonly canonical: string; readonly segments: readonly string[] };

/** Each call is matched two or three times, by one map or by several, and the reading of its path depends on nothing else. */
let latest: ReadPath = { path: '', canonical: '', segments: [] };

function readPath(path: string): ReadPath {
  if (path === latest.path && path !== '') return latest;
  if (!path.startsWith('/')) throw new ContractError('ambiguous_request', 'a path begins with /');
  const canonical = PLAIN_PATH.test(path) ? path : path.split('/').map(canonicalSegment).join('/');
  const segments = pathSegments(canonical);
  for (let at = 0; at < segments.length; at += 1) {
    const segment = segments[at];
    const isFinalSlash = segment === '' && at > 0 && at === segments.length - 1;
    if ((segment === '' && !isFinalSlash) || segment === '.' || segment === '..') {
      throw new ContractError('ambiguous_request', 'the path has an empty or dot segment');
    }
  }
  latest = { path, canonical, segments };
  return latest;
}

/** The empty segment behind a final `/` stays empty, and dot segments are refused by themselves. */
function canonicalSegment(segment: string): string {
  const canonical = MAY_BE_NO_RESOURCE.has(segment) ? segment : segmentOfPath(segment);
  if (canonical !== undefined) return canonical;
  throw new ContractError('ambiguous_request', 'the path has a segment that no resource may have');
}

function findIn(map: CompiledRouteMap, method: string, segments: readonly string[]): Node | undefined {
  const root = map.methods.get(method);
  const found = root === undefined ? undefined : find(root, segments, 0);
  return found ?? (method === 'HEAD' ? findIn(map, 'GET', segments) : undefined);
}

function find(node: Node, segments: readonly string[], at: number): Node | undefined {
  const segment = segments[at];
  if (segment === undefined)
    return node.route === undefined && node.operations === undefined ? undefined : node;
  const literal = node.literals?.get(segment);
  const found = literal === undefined ? undefined : find(literal, segments, at + 1);
  // A parameter is never empty.
  if (found !== undefined || node.parameter === undefined || segment === '') return found;
  return find(node.parameter, segments, at + 1);
}

function toMatch(
  found: CompiledRoute,
  segments: readonly string[],
  path: string,
  operation: OperationCall | undefined,
): RouteMatch {
  return {
    route: found.route,
    resource: resourceOf(found, segments, path, operation),
    action: found.route.action,
    tenant: found.tenant === undefined ? undefined : valueAt(found.tenant, segments, operation),
    headers: found.headers,
  };
}

function resourceOf(
  found: CompiledRoute,
  segments: readonly string[],
  path: string,
  operation: OperationCall | undefined,
): string {
  // A slice of the path is one piece. A concatenation is joined only when it is read, which costs a tenth of a whole check.
  const resource =
    found.tail === undefined
      ? fillIn(found.resource, segments, operation)
      : path.slice(startOf(found.tail, segments));
  if (resource.length > MAX_RESOURCE_LENGTH) {
    throw new ContractError('ambiguous_request', 'the path names a resource that is too long');
  }
  return resource;
}

function fillIn(
  parts: readonly Part[],
  segments: readonly string[],
  operation: OperationCall | undefined,
): string {
  let resource = '';
  for (const part of parts) {
    if (resource !== '') resource += '/';
    resource += valueAt(part, segments, operation);
  }
  return resource;
}

function valueAt(
  part: Part,
  segments: readonly string[],
  operation: OperationCall | undefined,
): string | undefined {
  if (typeof part === 'string') return part;
  if (typeof part === 'number') return segments[part];
  const value = operation?.variable(part.variable);
  if (value !== undefined) return value;
  throw new ContractError(
    'invalid_operation',
    `the variable ${part.variable} is a text, or a whole number in plain digits: it says what the call is about`,
    part.variable,
  );
}

/** The index in the path at which that segment begins. */
function startOf(at: number, segments: readonly string[]): number {
  let start = 1;
  for (let before = 0; before < at; before += 1) start += (segments[before] ?? '').length + 1;
  return start;
}
