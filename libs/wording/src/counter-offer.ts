import {
  normaliseScope,
  type Route,
  resourceCovers,
  type ScopeEntry,
  type Terms,
  toInstant,
} from '@countersign/contract';
import { minutesText } from './durations.js';
import { inFolder, typedNames } from './offerings.js';

/** The members of terms that a counter-offer changes. */
export interface Narrowing {
  scope?: ScopeEntry[];
  seconds?: number;
  /** Hidden fields stay hidden, although it was asked to show them. */
  masked?: boolean;
}

/** The whole terms of a counter-offer on `digest`. The broker checks that they narrow. */
export function counterTerms(terms: Terms, digest: string, change: Narrowing): Terms {
  const seconds = change.seconds ?? terms.seconds;
  const scope = change.scope === undefined ? terms.scope : normaliseScope(change.scope);
  // A shorter window may end before the request would expire.
  const over =
    terms.startsAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(terms.startsAt) + seconds * 1_000;
  const lapsesAt = toInstant(new Date(Math.min(Date.parse(terms.lapsesAt), over)));
  const { unmasked, ...rest } = terms;
  const shows = unmasked === true && change.masked !== true;
  return { ...rest, ...(shows && { unmasked }), parent: digest, scope, seconds, lapsesAt };
}

/** Half the requested time, at least a second. */
export const halfTime = (terms: Terms): Narrowing => ({
  seconds: Math.max(1, Math.floor(terms.seconds / 2)),
});

/** The part of a service's definition that tells reading actions from writing ones. */
export type Routed = { routes: readonly Pick<Route, 'method' | 'action'>[] };

/**
 * Only the actions that read: those that the service's map lists with GET and HEAD and no other method. Null if none of
 * them was requested.
 */
export function readOnly(terms: Terms, service: Routed): Narrowing | null {
  const writing = new Set(
    service.routes.filter(({ method }) => method !== 'GET' && method !== 'HEAD').map(({ action }) => action),
  );
  const known = new Set(service.routes.map(({ action }) => action));
  const scope = terms.scope
    .map(({ resource, actions }) => ({
      resource,
      actions: actions.filter((action) => known.has(action) && !writing.has(action)),
    }))
    .filter(({ actions }) => actions.length > 0);
  return scope.length === 0 ? null : { scope };
}

/** Only these objects, with the requested actions on each. Null if one of them was not requested. */
export function onlyObjects(terms: Terms, resources: readonly string[]): Narrowing | null {
  const scope = resources.map((resource) => ({
    resource,
    actions: terms.scope
      .filter((entry) => resourceCovers(entry.resource, resource))
      .flatMap((entry) => entry.actions),
  }));
  return scope.length === 0 || scope.some(({ actions }) => actions.length === 0) ? null : { scope };
}

/** What an approver has chosen to grant, as the form holds it. */
export interface Choice {
  /** The `resource action` pairs that stay. */
  pairs: ReadonlySet<string>;
  /** Objects as typed. Empty: everything that was requested. */
  objects: string;
  minutes: string;
  /** Hidden fields stay hidden, although it was asked to show them. */
  masked?: boolean;
}

export const pairOf = (resource: string, action: string): string => `${resource} ${action}`;

const allPairs = (scope: readonly ScopeEntry[]): Set<string> =>
  new Set(scope.flatMap(({ resource, actions }) => actions.map((action) => pairOf(resource, action))));

/** Everything as requested. */
export const wholeChoice = (terms: Terms): Choice => ({
  pairs: allPairs(terms.scope),
  objects: '',
  minutes: minutesText(terms.seconds),
});

/** The pairs that only read. Null if none was requested. */
export function readOnlyPairs(terms: Terms, service: Routed): Set<string> | null {
  const narrowed = readOnly(terms, service);
  return narrowed?.scope === undefined ? null : allPairs(narrowed.scope);
}

export type Outcome =
  | { kind: 'whole' }
  | { kind: 'less'; terms: Terms }
  | { kind: 'wrong'; why: 'nothing_left' | 'unknown_object' | 'bad_time' };

/** What this choice would grant: the terms as requested, less, or nothing because the choice is invalid. */
export function evaluateChoice(terms: Terms, digest: string, choice: Choice): Outcome {
  const seconds = Math.round(Number(choice.minutes.replace(',', '.')) * 60);
  if (!Number.isFinite(seconds) || seconds < 1 || seconds > terms.seconds)
    return { kind: 'wrong', why: 'bad_time' };
  const offeredScope = keptScope(terms.scope, choice.pairs);
  if (offeredScope.length === 0) return { kind: 'wrong', why: 'nothing_left' };
  const objects = objectsOf(choice.objects, offeredScope);
  const scope =
    objects.length === 0 ? offeredScope : onlyObjects({ ...terms, scope: offeredScope }, objects)?.scope;
  if (scope === undefined) return { kind: 'wrong', why: 'unknown_object' };
  const masked = terms.unmasked === true && choice.masked === true;
  const isWhole =
    !masked &&
    seconds === terms.seconds &&
    objects.length === 0 &&
    choice.pairs.size === allPairs(terms.scope).size;
  if (isWhole) return { kind: 'whole' };
  const change: Narrowing = { scope, seconds, masked };
  return { kind: 'less', terms: counterTerms(terms, digest, change) };
}

function keptScope(scope: readonly ScopeEntry[], pairs: ReadonlySet<string>): ScopeEntry[] {
  return scope
    .map(({ resource, actions }) => ({
      resource,
      actions: actions.filter((action) => pairs.has(pairOf(resource, action))),
    }))
    .filter(({ actions }) => actions.length > 0);
}

/** `inv-1001, inv-1002` under `invoices/*` → `invoices/inv-1001`, …. A name with a slash is a whole resource. */
function objectsOf(typed: string, scope: readonly ScopeEntry[]): string[] {
  const folder = scope.map(({ resource }) => /^(.+)\/\*\*?$/.exec(resource)?.[1]).find(Boolean);
  return typedNames(typed).map((name) => (folder === undefined ? name : inFolder(folder, name)));
}
