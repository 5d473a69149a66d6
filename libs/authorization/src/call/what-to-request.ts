import { forbidsCall, isSlug, matchRoute, type ScopeEntry } from '@countersign/contract';
import type { Call, CallClaims, CallView } from './call.js';
import { operationOf, tenantOfCall } from './route-and-scope-steps.js';

/** The members of an access request that would cover a call. */
export type WhatToRequest = { tenant: string; service: string; scope: ScopeEntry[] };

/**
 * What a caller could request to make this call, by the current route map: exactly its resource and action. Undefined if no
 * request could help: the route is not listed, the call names no tenant, or the tenant forbids it. It says only what the
 * call itself says, so it does not tell whether there is such a tenant or such a resource. Throws ContractError for a path
 * that no route may read, and for an operation whose variables name no usable tenant or resource.
 */
export function whatToRequest(
  call: Call,
  claims: CallClaims,
  view: Pick<CallView, 'currentMap' | 'forbidRules'>,
): WhatToRequest | undefined {
  const map = view.currentMap(call.service);
  if (map === undefined || call.path === '') return undefined;
  const match = matchRoute(map.compiled, call.method, call.path, operationOf(call));
  // Every grant of the service opens a shared route, so no scope is to be requested for it.
  if (match === undefined || match.route.shared) return undefined;
  const tenant = tenantOfCall(map.definition, match, call, claims);
  if (tenant === undefined || !isSlug(tenant)) return undefined;
  const { resource, action } = match;
  const forbids = view.forbidRules(tenant) ?? [];
  if (forbids.some((rule) => forbidsCall(rule, call.service, resource, action))) return undefined;
  return { tenant, service: call.service, scope: [{ resource, actions: [action] }] };
}
