import { matchRoute, type Route } from '@countersign/contract';
import type { Call, CallClaims, CallRefusal, CallStep, PublishedRouteMap } from './call.js';
import { tenantOfCall } from './tenant-of-call.js';

type Judged = { route: Route; resource: string; action: string; tenant: string | undefined };

const notListed = (detail: string): CallRefusal => ({ code: 'route_not_listed', detail });

/**
 * The call must mean the same by the map that the terms name (what the approver saw) and by the current one (what
 * the vendor publishes now): the same resource, action and tenant. Otherwise a changed map would change the meaning
 * of a scope that was approved before.
 */
export const routeIsListed: CallStep = (context) => {
  const { claims, call, view } = context;
  const approvedMap = view.mapByHash(claims.terms.routes);
  const currentMap = view.currentMap(call.service);
  const approved = judge(approvedMap, call, claims);
  const current = currentMap === approvedMap ? approved : judge(currentMap, call, claims);
  if (approved === undefined || current === undefined) return notListed('the route is not listed');
  const agree =
    approved.resource === current.resource &&
    approved.action === current.action &&
    approved.tenant === current.tenant;
  if (!agree) return notListed('the route means something else than when the grant was approved');
  if (repeatsParameter(approved.route, call.queryNames) || repeatsParameter(current.route, call.queryNames)) {
    return { code: 'ambiguous_request', detail: REPEATED };
  }
  const unlisted = call.queryNames.find(
    (name) => !listsQuery(approved.route, name) || !listsQuery(current.route, name),
  );
  if (unlisted !== undefined) return notListed('a query parameter is not listed for this route');
  if (approved.tenant === undefined)
    return { code: 'insufficient_scope', detail: 'the call names no tenant' };
  context.match = {
    route: approved.route.path,
    resource: approved.resource,
    action: approved.action,
    tenant: approved.tenant,
  };
  return undefined;
};

function judge(map: PublishedRouteMap | undefined, call: Call, claims: CallClaims): Judged | undefined {
  if (map === undefined || map.definition.name !== call.service || call.path === '') return undefined;
  const match = matchRoute(map.compiled, call.method, call.path);
  if (match === undefined) return undefined;
  const { route, resource, action } = match;
  return { route, resource, action, tenant: tenantOfCall(map.definition, match, call, claims) };
}

/** What is said of a call that names a listed parameter twice. */
export const REPEATED = 'a query parameter is given twice';

/**
 * Whether a parameter stands twice where the route lists what it takes: one reader takes the first, one the last, one both.
 * A route that takes `any` judges none of them.
 */
export function repeatsParameter(route: Route, names: readonly string[]): boolean {
  return route.query !== 'any' && names.length > 1 && new Set(names).size !== names.length;
}

function listsQuery(route: Route, name: string): boolean {
  return route.query === 'any' || (route.query ?? []).includes(name);
}
