import type { Route } from '@countersign/contract';
import { parameterName, routesOfScopes, type ScopeEntry, scopeAllows, sqlRoute } from '@countersign/contract';

/** The members of a grant that a first call needs. */
interface Granted {
  id: string;
  tenant: string;
  scope: readonly ScopeEntry[];
}

type Routed = { routes: readonly Route[] };

/**
 * The command for a first useful call under a grant: the first GET route of the map that the grant covers. For a database, the
 * prompt.
 */
export function firstCallCommand(grant: Granted, service: Routed | null | undefined): string {
  if (service?.routes.some(isSql)) return `npx countersign sql ${grant.id}`;
  return `npx countersign curl ${grant.id} -- ${pathFor(grant, service)}`;
}

/** A database has this one route (`sqlRoute`). */
const isSql = ({ method, path, resource }: Route): boolean =>
  method === 'POST' && path === SQL_ROUTE.path && resource.startsWith(SQL_ROUTE.resource);
const SQL_ROUTE = sqlRoute('');

function pathFor(grant: Granted, service: Routed | null | undefined): string {
  return coveredPaths(grant, service).map(({ path }) => path)[0] ?? '/PATH';
}

/**
 * Where a browser begins that opens a service with a grant: at `/` if the service has such a page, else at the first page of the
 * map that the grant covers and whose address needs no object that it does not name. `/` if there is none.
 */
export function firstPage(grant: Omit<Granted, 'id'>, service: Routed): string {
  const hasStartPage = service.routes.some(({ method, path }) => method === 'GET' && path === '/');
  if (hasStartPage) return '/';
  return coveredPaths(grant, service).find(({ isWhole }) => isWhole)?.path ?? '/';
}

/** A path that a grant covers; `isWhole` unless an upper-case word stands for an object that the grant does not name. */
type CoveredPath = { path: string; isWhole: boolean };

function coveredPaths(grant: Omit<Granted, 'id'>, service: Routed | null | undefined): CoveredPath[] {
  return routesOfScopes(service?.routes ?? [])
    .filter(({ method }) => method === 'GET')
    .flatMap((route) => fill(route, grant));
}

/** The route's path with the grant's tenant and an object that the grant names. Empty if the grant does not cover it. */
function fill(route: Route, grant: Omit<Granted, 'id'>): CoveredPath[] {
  const { resource, path, action } = route;
  for (const entry of grant.scope) {
    if (!entry.actions.includes(action)) continue;
    const parts = entry.resource.split('/');
    const values = new Map<string, string>([['tenant', grant.tenant]]);
    let isWhole = true;
    const concrete = resource
      .split('/')
      .map((segment, at) => {
        const name = parameterName(segment);
        if (name === undefined) return segment;
        const value = parts[at];
        const isNamed = value !== undefined && !value.includes('*');
        isWhole &&= isNamed;
        values.set(name, isNamed ? value : name.toUpperCase());
        return values.get(name);
      })
      .join('/');
    if (!scopeAllows([entry], concrete, action)) continue;
    const filled = path.split('/').map((segment) => {
      const name = parameterName(segment);
      if (name === undefined) return segment;
      isWhole &&= values.has(name);
      return values.get(name) ?? name.toUpperCase();
    });
    return [{ path: filled.join('/'), isWhole }];
  }
  return [];
}
