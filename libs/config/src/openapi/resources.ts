import { parameterName, pathSegments } from '@countersign/contract';
import type { Operation } from './description.js';

type Mapped = Pick<Operation, 'method' | 'tag'> & { path: string };
interface Meaning {
  /** Null if no resource says which of two paths is meant. */
  resource: string | null;
  action: string;
}

const ACTIONS: Record<string, string> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'update',
  DELETE: 'delete',
};

/**
 * The resource and action of each route.
 *
 * A resource begins with the operation's first tag. The path's segments follow, without the tenant: its parameters, and
 * the literals that come after the segment with the tag's name. `/repos/{owner}/{repo}/issues/{number}` with the tag
 * `issues` is `issues/{owner}/{repo}/{number}`. Where two paths would become one resource with one action
 * although their parameters mean different things, both keep all of their segments: an approved scope must not cover
 * what its words do not say. If that does not tell them apart either, neither has a resource.
 */
export function resourcesOf(routes: readonly Mapped[]): Meaning[] {
  const short = routes.map((route) => ({ resource: shortResource(route), action: actionOf(route) }));
  const isShortShared = sharedMeanings(routes, short);
  const long = short.map((meaning, index) =>
    isShortShared(meaning) ? { ...meaning, resource: longResource(routes[index] as Mapped) } : meaning,
  );
  const isLongShared = sharedMeanings(routes, long);
  return long.map((meaning) => (isLongShared(meaning) ? { ...meaning, resource: null } : meaning));
}

type Named = { resource: string; action: string };

/** Tells of a meaning whether several paths have it. */
function sharedMeanings(routes: readonly Mapped[], meanings: readonly Named[]): (meaning: Named) => boolean {
  const paths = new Map<string, Set<string>>();
  for (const [index, { resource, action }] of meanings.entries()) {
    const key = keyOf(resource, action);
    paths.set(key, (paths.get(key) ?? new Set()).add((routes[index] as Mapped).path));
  }
  return ({ resource, action }) => (paths.get(keyOf(resource, action))?.size ?? 0) > 1;
}

const keyOf = (resource: string, action: string): string =>
  `${action} ${resource.replaceAll(/\{[^}]*\}/g, '*')}`;

function actionOf({ method, path }: Mapped): string {
  const last = pathSegments(path).at(-1) ?? '';
  return ACTIONS[method] ?? (parameterName(last) === undefined ? 'list' : 'read');
}

function shortResource({ path, tag }: Mapped): string {
  const segments = ownSegments(path);
  const name = tag === undefined ? '' : slug(tag);
  if (name === '') return joined(segments.map(resourceSegment));
  const place = segments.findIndex((segment) => slug(segment) === name);
  if (place === -1) return joined([name, ...segments.map(resourceSegment)]);
  const before = segments.slice(0, place).filter((segment) => parameterName(segment) !== undefined);
  return joined([name, ...before, ...segments.slice(place + 1).map(resourceSegment)]);
}

const longResource = ({ path, tag }: Mapped): string =>
  joined([...(tag === undefined ? [] : [slug(tag)]), ...ownSegments(path).map(resourceSegment)]);

/** What follows the tenant, if anything does: what comes before it is the same for every resource of a tenant. */
function ownSegments(path: string): string[] {
  const segments = pathSegments(path).filter((segment) => segment !== '');
  const inside = segments.slice(segments.indexOf('{tenant}') + 1);
  return inside.length > 0 ? inside : segments.filter((segment) => segment !== '{tenant}');
}

const joined = (segments: readonly string[]): string =>
  segments.filter((segment) => segment !== '').join('/') || 'root';

const resourceSegment = (segment: string): string =>
  parameterName(segment) === undefined ? segment.replaceAll(/[^A-Za-z0-9._~-]/g, '-') : segment;

/** `Pull Requests` → `pull-requests`. Empty for text without a letter or digit. */
const slug = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9._~-]+/g, '-')
    .replaceAll(/^[-.]+|[-.]+$/g, '');
