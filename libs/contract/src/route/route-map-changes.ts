import { parameterName, pathSegments } from './path-template.js';
import { routeName } from './persisted-operation.js';
import { headersOfRoute, type Route, type ServiceDefinition } from './route-map.js';

/** What calls may do by one version of a route map and not by another: routes, query parameters, bodies, headers, pages of other origins. */
export type RouteMapChanges = { gained: string[]; lost: string[] };

/**
 * What a new version of a route map lets through that the old one did not, and the reverse, in words, in the order of the
 * maps. What a whole route brings or takes is named by its route alone. Who applies a map reads this: a header that an
 * upstream trusts may decide whose data a call gets.
 */
export function routeMapChanges(before: ServiceDefinition, after: ServiceDefinition): RouteMapChanges {
  return { gained: passedOnlyBy(after, before), lost: passedOnlyBy(before, after) };
}

function passedOnlyBy(one: ServiceDefinition, other: ServiceDefinition): string[] {
  const origins = without(one.cors?.origins ?? [], other.cors?.origins ?? []);
  const pages = origins.map((origin) => `calls from pages of ${origin === '*' ? 'every origin' : origin}`);
  const spellings =
    one.paths === 'exact' && other.paths !== 'exact'
      ? ['values that a service which ignores letter case or a format suffix reads as another listed path']
      : [];
  return [...pages, ...spellings, ...passedByRoutes(one, other)];
}

function passedByRoutes(one: ServiceDefinition, other: ServiceDefinition): string[] {
  const known = new Map(other.routes.map((route) => [nameOf(route), route]));
  return one.routes.flatMap((route) => {
    const name = nameOf(route);
    const same = known.get(name);
    if (same === undefined) return [`the route ${name}`];
    const headers = without(headersOfRoute(one, route), headersOfRoute(other, same));
    return [
      ...valuesOnlyOf(route, same).map((value) => `${value} on ${name}`),
      ...queriesOnlyOf(route, same).map((query) => `${query} on ${name}`),
      ...repeatsOnlyOf(route, same).map((query) => `the repeated query parameter ${query} on ${name}`),
      ...(route.body === true && same.body !== true ? [`a body on ${name}`] : []),
      ...(route.shared === true && same.shared !== true ? [`${name} with every grant of the service`] : []),
      ...headers.map((header) => `the header ${header} on ${name}`),
      ...without(same.mask ?? [], route.mask ?? []).map(
        (field) => `the field ${field} of answers to ${name}`,
      ),
      ...typesOnlyOf(route, same).map((type) => `answers of the type ${type} to ${name}`),
    ];
  });
}

const nameOf = (route: Route): string => `${route.method} ${routeName(route)}`;

const without = (all: readonly string[], some: readonly string[]): string[] =>
  all.filter((each) => !some.includes(each));

/** Values of parameters in the path that one pattern takes and the other may not take. */
function valuesOnlyOf({ path }: Route, { path: other }: Route): string[] {
  const others = pathSegments(other);
  return pathSegments(path).flatMap((segment, at) => {
    const name = parameterName(segment);
    if (name === undefined || segment === others[at]) return [];
    const pattern = segment.slice(name.length + 2, -1);
    return pattern === '' ? [`any value of {${name}}`] : [`values ${pattern} of {${name}}`];
  });
}

function queriesOnlyOf({ query = [] }: Route, { query: other = [] }: Route): string[] {
  if (other === 'any') return [];
  if (query === 'any') return ['any query parameter'];
  return without(query, other).map((name) => `the query parameter ${name}`);
}

/** Parameters that both list and only one lets a call repeat. */
const repeatsOnlyOf = ({ repeat = [] }: Route, { query, repeat: other = [] }: Route): string[] =>
  without(repeat, other).filter((name) => Array.isArray(query) && query.includes(name));

/** Types that pass unmasked by one alone. Without masked fields every type passes, which the fields say already. */
const typesOnlyOf = ({ maskPasses = [] }: Route, { mask, maskPasses: other = [] }: Route): string[] =>
  mask === undefined ? [] : without(maskPasses, other);
