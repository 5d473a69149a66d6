import { canonicalJson } from '../encoding/canonical-json.js';
import { foldedSegments, parameterName, pathSegments } from './path-template.js';
import { operationKey } from './persisted-operation.js';
import type { Route, ServiceDefinition } from './route-map.js';

/**
 * Routes of one method, and not with different operations, whose paths are the same:
 *
 * - Two of the same shape. Which one covers a call would depend on their order.
 * - Two that a service may read as one (`foldSegment`), and that mean different things: `/orders/Export` and `/orders/export`. The
 *   service would run one of its handlers for both, whatever the map says of each. A service with `paths: exact` may have them.
 */
export function samePathProblems({
  routes,
  paths,
}: Pick<ServiceDefinition, 'routes' | 'paths'>): { pointer: string; detail: string }[] {
  const byShape = new Map<string, number>();
  const byReading = new Map<string, { index: number; meaning: string }>();
  return routes.flatMap((route, index) => {
    const problem = (detail: string) => [{ pointer: `/routes/${index}/path`, detail }];
    const shape = keyOf(route, pathSegments(route.path).map(literalOrParameter));
    const same = byShape.get(shape);
    if (same !== undefined) return problem(`matches the same calls as /routes/${same}`);
    byShape.set(shape, index);
    const reading = keyOf(route, foldedSegments(route.path));
    const alike = byReading.get(reading);
    const meaning = meaningOf(route);
    if (alike === undefined) byReading.set(reading, { index, meaning });
    return paths === 'exact' || alike === undefined || alike.meaning === meaning
      ? []
      : problem(
          `may be the path of /routes/${alike.index}, which means something else: many services ignore letter case and a final slash. If this one does not, state \`paths: exact\``,
        );
  });
}

const literalOrParameter = (segment: string): string | undefined =>
  parameterName(segment) === undefined ? segment : undefined;

function keyOf({ method, graphql }: Route, segments: readonly (string | undefined)[]): string {
  const operation = graphql === undefined ? '' : ` ${operationKey(graphql.sha256, graphql.operation)}`;
  return `${method} /${segments.map((segment) => segment ?? '{}').join('/')}${operation}`;
}

/**
 * What calls of a route are and what their answers may show, with the parameters of the path by position. The rest says which calls the
 * gateway passes on, and may differ.
 */
function meaningOf({ path, resource, query, repeat, body, headers, method, ...rest }: Route): string {
  const names = pathSegments(path).map(parameterName);
  const parts = resource.split('/').map((segment) => {
    const position = names.indexOf(parameterName(segment) ?? '');
    return position === -1 ? segment : `{${position}}`;
  });
  const members = Object.entries(rest).map(([name, value]) => [
    name,
    Array.isArray(value) ? [...value].sort() : value,
  ]);
  return canonicalJson({
    ...Object.fromEntries(members),
    resource: parts.join('/'),
    tenant: names.indexOf('tenant'),
  });
}
