import { canonicalJson } from '../core/canonical-json.js';
import { type Hashing, sha256Digest } from '../core/hashing.js';
import { byCodeUnit } from '../resource/scope.js';
import type { Route, ServiceDefinition } from './route.js';

/**
 * Canonical JSON of a service's whole map, the bytes under its hash: routes sorted by (path, method), each with
 * every member. An absent `query` is `[]`, a list is sorted and unique, `any` stays text. See
 * docs/decisions/0002-route-map-hash.md.
 */
export function canonicalRouteMap(service: ServiceDefinition): string {
  return canonicalJson({
    service: service.name,
    audience: service.audience,
    upstream: service.upstream,
    tenantFrom: service.tenantFrom,
    ...(service.tenantHeader === undefined ? {} : { tenantHeader: service.tenantHeader }),
    routes: service.routes
      .map(normalised)
      .sort((a, b) => byCodeUnit(a.path, b.path) || byCodeUnit(a.method, b.method)),
  });
}

function normalised({ method, path, resource, action, query }: Route): Required<Route> {
  return {
    method,
    path,
    resource,
    action,
    query: query === 'any' ? 'any' : [...new Set(query ?? [])].sort(byCodeUnit),
  };
}

/** `sha256:` + hex of the canonical map: what terms name, so that nobody can later change what their scope means. */
export function routeMapHash(hashing: Hashing, service: ServiceDefinition): string {
  return sha256Digest(hashing, canonicalRouteMap(service));
}
