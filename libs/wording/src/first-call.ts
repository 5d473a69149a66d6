import type { Route } from '@countersign/contract';
import { routesOfScopes, type ScopeEntry, scopeAllows, sqlRoute } from '@countersign/contract';

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
  const open = routesOfScopes(service?.routes ?? [])
    .filter(({ method }) => method === 'GET')
    .flatMap((route) => fill(route, grant));
  return open[0] ?? '/PATH';
}

/** The route's path with the grant's tenant and an object that the grant names. Empty if the grant does not cover it. */
function fill(route: Route, grant: Granted): string[] {
  const { resource, path, action } = route;
  for (const entry of grant.scope) {
    if (!entry.actions.includes(action)) continue;
    const given = entry.resource.split('/');
    const values = new Map<string, string>([['tenant', grant.tenant]]);
    const concrete = resource
      .split('/')
      .map((segment, at) => {
        const name = /^\{(.+)\}$/.exec(segment)?.[1];
        if (name === undefined) return segment;
        const value = given[at];
        const known = value !== undefined && !value.includes('*') ? value : name.toUpperCase();
        values.set(name, known);
        return known;
      })
      .join('/');
    if (!scopeAllows([entry], concrete, action)) continue;
    return [path.replaceAll(/\{([^}]+)\}/g, (_all, name: string) => values.get(name) ?? name.toUpperCase())];
  }
  return [];
}
