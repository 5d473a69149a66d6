import type { ScopeEntry } from '@countersign/contract';
import { type Route, routeResourcePattern } from '@countersign/contract';
import { inFolder, typedNames } from './words/typed-names.js';

/** One thing that a service lets be asked for. */
export interface Offering {
  pattern: string;
  action: string;
}

export const tickOf = ({ pattern, action }: Offering): string => `${pattern} ${action}`;

/** What can be asked for, from the service's own map: each resource and action once, in the map's order. */
export function offeringsOf(service: { routes: readonly Route[] }): Offering[] {
  const seen = new Map<string, Offering>();
  for (const route of service.routes) {
    const offering = { pattern: routeResourcePattern(route), action: route.action };
    seen.set(tickOf(offering), offering);
  }
  return [...seen.values()];
}

/** The scope that is ticked; objects narrow every pattern that ends in `*`. */
export function tickedScope({
  ticked,
  objects,
}: {
  ticked: Iterable<string>;
  objects: string;
}): ScopeEntry[] {
  const names = typedNames(objects);
  const byResource = new Map<string, string[]>();
  for (const tick of ticked) {
    const [pattern = '', action = ''] = tick.split(' ');
    const resources =
      names.length > 0 && pattern.endsWith('/*')
        ? names.map((name) => inFolder(pattern.slice(0, -2), name))
        : [pattern];
    for (const resource of resources) byResource.set(resource, [...(byResource.get(resource) ?? []), action]);
  }
  return [...byResource].map(([resource, actions]) => ({ resource, actions }));
}
