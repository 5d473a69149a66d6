import {
  type Change,
  ContractError,
  compileRouteMap,
  isDatabase,
  listsQuery,
  matchRoute,
  mayRepeat,
  operationsAt,
  type Route,
  type RouteMatch,
  readOperation,
  resourcesOverlap,
  routeResourcePattern,
  type ScopeEntry,
  type ServiceDefinition,
  scopeAllows,
  takesOperation,
} from '@countersign/contract';
import { type Refusal, refusal } from '../errors.js';
import type { RuleContext } from './context.js';
import type { RequestedAccess } from './requested-access.js';

/**
 * The exact change of a request is a call that its scope allows, by the current route map. Otherwise gateways would refuse it after
 * everyone has approved it.
 */
export function changeIsInScope(
  { tenant, scope }: Pick<RequestedAccess, 'tenant' | 'scope'>,
  { service, terms }: Pick<RuleContext, 'service' | 'terms'>,
): Refusal[] {
  const change = terms?.change;
  if (change === undefined || service === null) return [];
  const { definition } = service;
  const refused = (member: string, detail: string) => [
    refusal('change_outside_scope', `/change${member}`, detail),
  ];
  if (isDatabase(definition)) return refused('', 'A statement of SQL is never an exact change.');
  const match = matchOf(definition, change);
  if (typeof match === 'string') return refused('/path', match);
  if (Array.isArray(match)) {
    return match.some((route) => mayAllow(scope, route))
      ? []
      : refused('', 'The scope does not allow any operation of this path.');
  }
  const ofQuery = queryProblem(match, change);
  if (ofQuery !== undefined) return refused('/path', ofQuery);
  if (match.tenant !== undefined && match.tenant !== tenant)
    return refused('/path', 'The path of the change is another tenant’s.');
  if (isAllowed(scope, match)) return [];
  return refused(
    '',
    `The change is “${match.action}” on “${match.resource}”, and the scope does not allow that.`,
  );
}

/**
 * The route of the change; a text that says why it has none; or the routes that it may have, if the body names an operation of GraphQL:
 * only the hash of the body is known here.
 */
function matchOf(service: ServiceDefinition, { method, path }: Change): RouteMatch | Route[] | string {
  const none = `No route of ${service.name} has this method and path.`;
  const plain = pathOf(path);
  const query = path.slice(plain.length);
  try {
    const map = compileRouteMap(service);
    if (!takesOperation(map, method, plain)) return matchRoute(map, method, plain) ?? none;
    if (method === 'POST')
      return query === ''
        ? operationsAt(map, method, plain)
        : 'The path has a query parameter that its route does not list.';
    const operation = readOperation({ method, query, headerValues: () => [], body: undefined });
    if ('reason' in operation) return `Not a call of a persisted operation: ${operation.detail}.`;
    return matchRoute(map, method, plain, operation) ?? 'No route lists this operation.';
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    return error.code === 'invalid_route_map' ? none : `Not a path of a call: ${error.message}.`;
  }
}

const pathOf = (target: string): string => target.split('?', 1)[0] ?? '';

function queryProblem({ route }: RouteMatch, { path }: Change): string | undefined {
  const names = [...new URLSearchParams(path.slice(pathOf(path).length)).keys()];
  if (!names.every((name) => listsQuery(route, name)))
    return 'The path has a query parameter that its route does not list.';
  if (names.some((name, at) => names.indexOf(name) !== at && !mayRepeat(route, name)))
    return 'The path has a query parameter twice that may be given once.';
  return undefined;
}

/** A shared route is open with every grant of its service. */
const isAllowed = (scope: readonly ScopeEntry[], { route, resource, action }: RouteMatch): boolean =>
  route.shared === true || scopeAllows(scope, resource, action);

const mayAllow = (scope: readonly ScopeEntry[], route: Route): boolean =>
  scope.some(
    (entry) =>
      entry.actions.includes(route.action) && resourcesOverlap(entry.resource, routeResourcePattern(route)),
  );
