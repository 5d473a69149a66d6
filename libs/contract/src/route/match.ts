import { ContractError } from '../core/errors.js';
import { isSegment, MAX_RESOURCE_LENGTH } from '../resource/pattern.js';
import { findRouteMapProblems } from './problems.js';
import { parameterName, pathSegments, type Route, type ServiceDefinition, type TenantFrom } from './route.js';

/** One place in the paths of a method: what may follow, and the route that ends here. */
type Node = {
  literals: Map<string, Node> | undefined;
  parameter: Node | undefined;
  route: CompiledRoute | undefined;
};
type CompiledRoute = {
  route: Route;
  /** Where in the path parameters stand. */
  params: number[];
  /** Where in the path the tenant stands; undefined where it is read elsewhere. */
  tenant: number | undefined;
  /** Segments of the resource: a literal, or where in the path its value stands. */
  resource: (string | number)[];
  /** Where in the path the resource begins, where it is the path's own end, as most are. */
  tail: number | undefined;
};

/** A map made ready for matching: one tree of segments per method, so that a match costs its path's length. */
export type CompiledRouteMap = {
  readonly methods: ReadonlyMap<string, Node>;
  /** First label of the upstream's host, in small letters. */
  readonly upstreamLabel: string;
};

/** The one route that a call falls under, and what it means. */
export type RouteMatch = {
  route: Route;
  /** Concrete: parameters are filled in. */
  resource: string;
  action: string;
  /** Value of `{tenant}` with `tenantFrom: path`, else undefined: then the caller reads it elsewhere. */
  tenant: string | undefined;
};

/** Prepares a map for `matchRoute`. Throws `invalid_route_map` for one with problems: it must not judge calls. */
export function compileRouteMap(service: ServiceDefinition): CompiledRouteMap {
  const [problem] = findRouteMapProblems(service);
  if (problem !== undefined) throw new ContractError('invalid_route_map', problem.detail, problem.pointer);
  const methods = new Map<string, Node>();
  for (const route of service.routes) {
    const root = methods.get(route.method) ?? leaf();
    methods.set(route.method, root);
    insert(root, route, service.tenantFrom);
  }
  const upstreamLabel = new URL(service.upstream).hostname.split('.', 1)[0] ?? '';
  return { methods, upstreamLabel };
}

function insert(root: Node, route: Route, tenantFrom: TenantFrom): void {
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
  const tenant = tenantFrom === 'path' ? names.indexOf('tenant') : undefined;
  node.route = { route, params, tenant, resource, tail: tailOf(route) };
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
 * The route of a call, or undefined where none is listed. `path` is the upstream path without query, as it will be
 * forwarded. A literal segment beats a parameter, from the left.
 *
 * Throws `ambiguous_request` for a path that does not begin with `/`, has an empty or dot segment, or gives a
 * parameter a value outside `[A-Za-z0-9._~-]+` or a length that no resource has: upstreams disagree on what such a path means.
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
  return found === undefined ? undefined : fill(found, segments, path);
}

function find(node: Node, segments: readonly string[], at: number): CompiledRoute | undefined {
  const segment = segments[at];
  if (segment === undefined) return node.route;
  const literal = node.literals?.get(segment);
  const found = literal === undefined ? undefined : find(literal, segments, at + 1);
  if (found !== undefined || node.parameter === undefined) return found;
  return find(node.parameter, segments, at + 1);
}

function fill(found: CompiledRoute, segments: readonly string[], path: string): RouteMatch {
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
  };
}

function resourceOf(found: CompiledRoute, segments: readonly string[], path: string): string {
  // What is cut out is one piece; what is put together has to be joined by whoever looks at it, a tenth of a whole check.
  const resource =
    found.tail === undefined ? filledIn(found.resource, segments) : path.slice(startOf(found.tail, segments));
  if (resource.length > MAX_RESOURCE_LENGTH) {
    throw new ContractError('ambiguous_request', 'the path names a resource that is longer than any may be');
  }
  return resource;
}

function filledIn(parts: readonly (string | number)[], segments: readonly string[]): string {
  let resource = '';
  for (const part of parts) {
    if (resource !== '') resource += '/';
    resource += typeof part === 'string' ? part : segments[part];
  }
  return resource;
}

/** Where in the path that segment begins. */
function startOf(at: number, segments: readonly string[]): number {
  let start = 1;
  for (let before = 0; before < at; before += 1) start += (segments[before] ?? '').length + 1;
  return start;
}
