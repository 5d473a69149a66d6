import type { Route, Terms } from '@countersign/contract';
import { normaliseScope, resourceCovers, type ScopeEntry, toInstant } from '@countersign/contract';

/** What a counter-offer changes of the terms that it answers. */
export interface Narrowing {
  scope?: ScopeEntry[];
  seconds?: number;
}

/** The whole terms of a counter-offer on `digest`. That they narrow is the broker's to judge. */
export function counterTerms(terms: Terms, digest: string, change: Narrowing): Terms {
  const seconds = change.seconds ?? terms.seconds;
  const scope = change.scope === undefined ? terms.scope : normaliseScope(change.scope);
  // A shorter window may be over before the request would lapse.
  const over =
    terms.startsAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(terms.startsAt) + seconds * 1_000;
  const lapsesAt = toInstant(new Date(Math.min(Date.parse(terms.lapsesAt), over)));
  return { ...terms, parent: digest, scope, seconds, lapsesAt };
}

/** Half the time that was asked for, at least a second. */
export const halfTheTime = (terms: Terms): Narrowing => ({
  seconds: Math.max(1, Math.floor(terms.seconds / 2)),
});

/** Of a service's definition, what tells reading from writing. */
export type Routed = { routes: readonly Pick<Route, 'method' | 'action'>[] };

/**
 * Only what looks and does not touch: the actions that none but GET and HEAD routes of the service do. Null where
 * nothing of the kind was asked for.
 */
export function readOnly(terms: Terms, service: Routed): Narrowing | null {
  const touching = new Set(
    service.routes.filter(({ method }) => method !== 'GET' && method !== 'HEAD').map(({ action }) => action),
  );
  const known = new Set(service.routes.map(({ action }) => action));
  const scope = terms.scope
    .map(({ resource, actions }) => ({
      resource,
      actions: actions.filter((action) => known.has(action) && !touching.has(action)),
    }))
    .filter(({ actions }) => actions.length > 0);
  return scope.length === 0 ? null : { scope };
}

/** Only these objects, with what was asked for each. Null where one of them was not asked for at all. */
export function onlyObjects(terms: Terms, resources: readonly string[]): Narrowing | null {
  const scope = resources.map((resource) => ({
    resource,
    actions: terms.scope
      .filter((entry) => resourceCovers(entry.resource, resource))
      .flatMap((entry) => entry.actions),
  }));
  return scope.length === 0 || scope.some(({ actions }) => actions.length === 0) ? null : { scope };
}
