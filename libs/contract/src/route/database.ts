import { withoutBrackets } from '../addresses.js';
import type { Route, ServiceDefinition } from './route-map.js';

/** Where a service of kind `postgres` is: what its `upstream` names. Who signs in there is known on the gateway's host only. */
export type DatabaseAddress = { host: string; port: number; database: string };

const DATABASE_UPSTREAM = /^postgres:\/\/[A-Za-z0-9.:[\]-]+\/([A-Za-z0-9_-]{1,63})$/;
const DEFAULT_PORT = 5432;

/** Whether a service is a PostgreSQL database, in which gateways run SQL, and no HTTP upstream. */
export const isDatabase = ({ upstream }: Pick<ServiceDefinition, 'upstream'>): boolean =>
  upstream.startsWith('postgres:');

/** `postgres://db.internal:5432/billing` in its parts; undefined for any other form. An IPv6 address loses its brackets. */
export function databaseAddress(upstream: string): DatabaseAddress | undefined {
  const database = DATABASE_UPSTREAM.exec(upstream)?.[1];
  if (database === undefined || !URL.canParse(upstream)) return undefined;
  const { hostname, port } = new URL(upstream);
  if (hostname === '' || port === '0') return undefined;
  return { host: withoutBrackets(hostname), port: port === '' ? DEFAULT_PORT : Number(port), database };
}

/**
 * The whole route map of a database: one statement a call, on the rows of the tenant that the path names. The resource names
 * the database: `sql/billing`, with the action `read`.
 */
export const sqlRoute = (database: string): Route => ({
  method: 'POST',
  path: '/tenants/{tenant}/sql',
  resource: `sql/${database}`,
  action: 'read',
});

/** The rules of a service of kind `postgres`: it has the one route of SQL, and nothing that only HTTP has. */
export function findDatabaseProblems(service: ServiceDefinition): { pointer: string; detail: string }[] {
  const address = databaseAddress(service.upstream);
  if (address === undefined)
    return [{ pointer: '/upstream', detail: 'not a database: postgres://HOST[:PORT]/DATABASE' }];
  const problems: { pointer: string; detail: string }[] = [];
  const valid = sqlRoute(address.database);
  if (service.routes.length !== 1 || !service.routes.every((route) => isSame(route, valid)))
    problems.push({ pointer: '/routes', detail: 'a database has one route, which is always the same' });
  if (service.tenantFrom !== 'path')
    problems.push({ pointer: '/tenantFrom', detail: 'is path for a database' });
  for (const member of ['headers', 'cors'] as const)
    if (service[member] !== undefined)
      problems.push({
        pointer: `/${member}`,
        detail: 'goes with an HTTP upstream: a database has no headers',
      });
  return problems;
}

/** An empty list of parameters is the default, and some sources of a map write it out. */
function isSame({ query = [], ...route }: Route, valid: Route): boolean {
  const members = Object.entries(route).filter(([, value]) => value !== undefined);
  const isPlain = members.every(([member, value]) => valid[member as keyof Route] === value);
  return isPlain && members.length === Object.keys(valid).length && query !== 'any' && query.length === 0;
}
