import { type Route, routeResourcePattern, routesOfScopes, type ScopeEntry } from '@countersign/contract';

/** Splits typed names: `inv-1, inv-2`. */
export const typedNames = (typed: string): string[] => typed.split(/[\s,]+/).filter((name) => name !== '');

/** The resource that a typed name means: in the folder, or itself if it has a slash. */
export const inFolder = (folder: string, name: string): string =>
  name.includes('/') ? name : `${folder}/${name}`;

/** One action on a pattern of resources that people may request of a service. */
export interface Offering {
  pattern: string;
  action: string;
}

export const tickOf = ({ pattern, action }: Offering): string => `${pattern} ${action}`;

/** Everything that can be requested, from the service's own map: each pattern and action once, in the map's order. */
export function listOfferings(service: { routes: readonly Route[] }): Offering[] {
  const seen = new Map<string, Offering>();
  for (const route of routesOfScopes(service.routes)) {
    const offering = { pattern: routeResourcePattern(route), action: route.action };
    seen.set(tickOf(offering), offering);
  }
  return [...seen.values()];
}

/** The scope of the ticked offerings. Typed objects narrow every pattern that ends in `*`. */
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

/**
 * The form's values for a scope that someone else named, such as a gateway: the offerings that contain it, and the objects
 * that narrow them. What the service does not offer is left out.
 *
 * @param entries `resource:action,action`
 */
export function ticksOf(
  service: { routes: readonly Route[] },
  entries: readonly string[],
): { ticked: Set<string>; objects: string } {
  const ticked = new Set<string>();
  const objects = new Set<string>();
  const offerings = listOfferings(service);
  for (const entry of entries) {
    const cut = entry.lastIndexOf(':');
    const resource = entry.slice(0, cut);
    const folder = resource.slice(0, resource.lastIndexOf('/'));
    for (const action of entry.slice(cut + 1).split(',')) {
      const whole = offerings.find((each) => each.pattern === resource && each.action === action);
      const narrowed = offerings.find((each) => each.pattern === `${folder}/*` && each.action === action);
      const found = whole ?? narrowed;
      if (found === undefined) continue;
      ticked.add(tickOf(found));
      if (whole === undefined) objects.add(resource);
    }
  }
  return { ticked, objects: [...objects].join(' ') };
}
