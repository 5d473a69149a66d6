import { resourceCovers, resourcesOverlap } from '../resource/compare.js';
import type { ScopeEntry } from '../resource/scope.js';
import { type Route, routeResourcePattern } from './route.js';

/** One thing that the service can do and the scope does not reach, wholly or beyond what it names. */
export interface OutsideScope {
  entry: ScopeEntry;
  partly: boolean;
}

/**
 * What stays closed, in the words of the service's own routes: a pattern of the map is left out where one entry
 * covers it, and stands as `partly` where an entry reaches some of it.
 */
export function actionsOutsideScope(
  scope: readonly ScopeEntry[],
  service: { routes: readonly Route[] },
): OutsideScope[] {
  const byResource = new Map<string, { whole: string[]; part: string[] }>();
  for (const route of service.routes) {
    const resource = routeResourcePattern(route);
    const same = scope.filter(({ actions }) => actions.includes(route.action));
    if (same.some((entry) => resourceCovers(entry.resource, resource))) continue;
    const found = byResource.get(resource) ?? { whole: [], part: [] };
    const list = same.some((entry) => resourcesOverlap(entry.resource, resource)) ? found.part : found.whole;
    if (!list.includes(route.action)) list.push(route.action);
    byResource.set(resource, found);
  }
  return [...byResource].flatMap(([resource, { whole, part }]) => [
    ...(part.length === 0 ? [] : [{ entry: { resource, actions: part }, partly: true }]),
    ...(whole.length === 0 ? [] : [{ entry: { resource, actions: whole }, partly: false }]),
  ]);
}
