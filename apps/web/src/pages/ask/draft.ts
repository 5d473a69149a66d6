import { formatDuration, routeResourcePattern, type ScopeEntry } from '@countersign/scope';
import type { Ask, Service } from '../../api/client.js';
import { inFolder, typedNames } from '../../text/typed-names.js';

/** What the form holds. */
export interface Draft {
  tenant: string;
  service: string;
  /** `pattern action` pairs that are ticked. */
  ticked: ReadonlySet<string>;
  objects: string;
  minutes: string;
  justification: string;
  ticket: string;
}

/** One thing that a service lets be asked for. */
export interface Offering {
  pattern: string;
  action: string;
}

export const tickOf = ({ pattern, action }: Offering): string => `${pattern} ${action}`;

/** What can be asked for, from the service's own map: each resource and action once, in the map's order. */
export function offeringsOf(service: Pick<Service, 'routes'>): Offering[] {
  const seen = new Map<string, Offering>();
  for (const route of service.routes) {
    const offering = { pattern: routeResourcePattern(route), action: route.action };
    seen.set(tickOf(offering), offering);
  }
  return [...seen.values()];
}

/** The scope that is ticked; objects narrow every pattern that ends in `*`. */
export function scopeOf({ ticked, objects }: Pick<Draft, 'ticked' | 'objects'>): ScopeEntry[] {
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

export const secondsOf = ({ minutes }: Pick<Draft, 'minutes'>): number =>
  Math.round(Number(minutes.replace(',', '.')) * 60);

/** The ask to send; null while customer, scope or time are missing. */
export function askOf(draft: Draft): Ask | null {
  const scope = scopeOf(draft);
  const seconds = secondsOf(draft);
  if (draft.tenant === '' || draft.service === '' || scope.length === 0 || !(seconds >= 1)) return null;
  const ticket = draft.ticket.trim();
  return {
    tenant: draft.tenant,
    service: draft.service,
    scope,
    duration: formatDuration(seconds),
    justification: draft.justification,
    ...(ticket === '' ? {} : { ticket }),
  };
}
