import { canonicalJson } from '../encoding/canonical-json.js';
import { operationKey } from './persisted-operation.js';
import { foldedSegments, parameterName, pathSegments } from './path-template.js';
import type { Route, ServiceDefinition } from './route-map.js';

/**
 * Two routes of one method whose paths a service may read as one, and that mean different things: `/orders/Export` and
 * `/orders/export`. The service would run one of its handlers for both, whatever the map says of each. A service with
 * `paths: exact` may have such routes.
 */
export function alikeProblems({ routes, paths }: ServiceDefinition): { pointer: string; detail: string }[] {
  if (paths === 'exact') return [];
  const first = new Map<string, { index: number; meaning: string }>();
  return routes.flatMap((route, index) => {
    const meaning = meaningOf(route);
    const key = alikeKey(route);
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, { index, meaning });
    if (earlier === undefined || earlier.meaning === meaning) return [];
    const detail = `may be the path of /routes/${earlier.index}, which means something else: many services ignore letter case and a final slash. If this one does not, state \`paths: exact\``;
    return [{ pointer: `/routes/${index}/path`, detail }];
  });
}

function alikeKey({ method, path, graphql }: Route): string {
  const shape = foldedSegments(path).map((segment) => segment ?? '{}');
  const operation = graphql === undefined ? '' : ` ${operationKey(graphql.sha256, graphql.operation)}`;
  return `${method} /${shape.join('/')}${operation}`;
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
  return canonicalJson({ ...rest, resource: parts.join('/'), tenant: names.indexOf('tenant') });
}
