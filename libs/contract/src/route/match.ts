import { ContractError } from '../errors.js';
import { isSegment, MAX_RESOURCE_LENGTH } from '../resource/resource.js';
import { passesByDefault } from './headers.js';
import { findRouteMapProblems } from './problems.js';
import {
  headersOfRoute,
  parameterName,
  pathSegments,
  type Route,
  type ServiceDefinition,
} from './route-map.js';

/** A node of the tree of one method's paths: what may follow, and the route that ends here. */
type Node = {
  literals: Map<string, Node> | undefined;
  parameter: Node | undefined;
  route: CompiledRoute | undefined;
};
type CompiledRoute = {
  route: Route;
  /** Positions of the parameters in the path. */
  params: number[];
  /** Position of the tenant in the path. Undefined if the call names it elsewhere. */
  tenant: number | undefined;
  /** Segments of the resource: a literal, or the position in the path that has its value. */
  resource: (string | number)[];
  /** Position at which the resource begins, if it is the end of the path, as most are. */
  tail: number | undefined;
  headers: ReadonlySet<string>;
};

/** A map compiled for matching: one tree of segments a method, so that a match costs as much as its path is long. */
export type CompiledRouteMap = {
  readonly methods: ReadonlyMap<string, Node>;
  /** The first label of the upstream's host, in lower case. */
  readonly upstreamLabel: string;
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
  for (const route of service.routes) {
    const root = methods.get(route.method) ?? leaf();
    methods.set(route.method, root);
    insert(root, route, service);
  }
  const upstreamLabel = new URL(service.upstream).hostname.split('.', 1)[0] ?? '';
  return { methods, upstreamLabel };
}

function insert(root: Node, route: Route, service: ServiceDefinition): void {
  const segments = pathSegments(route.path);
  let node = root;
  for (const segment of segments) {
    node = parameterName(segment) === undefined ? literalOf(node, segment) : parameterOf(node);
  }
  const names = segments.map(parameterName);
  const params = names.flatMap((name, at) => (name === undefined ? [] : [at]));
  const resource = route.resource.split('/').map((segment) => {
    const name = parameterName(segment);
    return name === undefined ? segment : names.indexOf(name);
  });
  const tenant = service.tenantFrom === 'path' ? names.indexOf('tenant') : undefined;
  const headers = new Set(headersOfRoute(service, route).filter((name) => !passesByDefault(name)));
  node.route = { route, params, tenant, resource, tail: tailOf(route), headers };
}

function tailOf({ path, resource }: Route): number | undefined {
  return path.endsWith(`/${resource}`) ? pathSegments(path).length - resource.split('/').length : undefined;
}

const leaf = (): Node => ({ literals: undefined, parameter: undefined, route: undefined });

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

/**
 * The route of a call; undefined if the map lists none. `path` is the upstream path without query, as it will be
 * forwarded. A literal segment beats a parameter, from the left.
 *
 * Throws `ambiguous_request` if the path does not begin with `/`, has an empty or dot segment, has a parameter value
 * outside `[A-Za-z0-9._~-]+`, or names a resource longer than any may be. Upstreams disagree on what such a path means.
 */
export function matchRoute(map: CompiledRouteMap, method: string, path: string): RouteMatch | undefined {
  if (!path.startsWith('/')) throw new ContractError('ambiguous_request', 'a path begins with /');
  const segments = pathSegments(path);
  for (const segment of segments) {
    if (segment === '' || segment === '.' || segment === '..') {
      throw new ContractError('ambiguous_request', 'the path has an empty or dot segment');
    }
  }
  const root = map.methods.get(method);
  const found = root === undefined ? undefined : find(root, segments, 0);
  return found === undefined ? undefined : toMatch(found, segments, path);
}

function find(node: Node, segments: readonly string[], at: number): CompiledRoute | undefined {
  const segment = segments[at];
  if (segment === undefined) return node.route;
  const literal = node.literals?.get(segment);
  const found = literal === undefined ? undefined : find(literal, segments, at + 1);
  if (found !== undefined || node.parameter === undefined) return found;
  return find(node.parameter, segments, at + 1);
}

function toMatch(found: CompiledRoute, segments: readonly string[], path: string): RouteMatch {
  for (const at of found.params) {
    if (!isSegment(segments[at] ?? '')) {
      throw new ContractError('ambiguous_request', 'a path value is outside A-Z a-z 0-9 . _ ~ -');
    }
  }
  return {
    route: found.route,
    resource: resourceOf(found, segments, path),
    action: found.route.action,
    tenant: found.tenant === undefined ? undefined : segments[found.tenant],
    headers: found.headers,
  };
}

function resourceOf(found: CompiledRoute, segments: readonly string[], path: string): string {
  // A slice of the path is one piece. A concatenation is joined only when it is read, which costs a tenth of a whole check.
  const resource =
    found.tail === undefined ? fillIn(found.resource, segments) : path.slice(startOf(found.tail, segments));
  if (resource.length > MAX_RESOURCE_LENGTH) {
    throw new ContractError('ambiguous_request', 'the path names a resource that is too long');
  }
  return resource;
}

function fillIn(parts: readonly (string | number)[], segments: readonly string[]): string {
  let resource = '';
  for (const part of parts) {
    if (resource !== '') resource += '/';
    resource += typeof part === 'string' ? part : segments[part];
  }
  return resource;
}

/** The index in the path at which that segment begins. */
function startOf(at: number, segments: readonly string[]): number {
  let start = 1;
  for (let before = 0; before < at; before += 1) start += (segments[before] ?? '').length + 1;
  return start;
}
