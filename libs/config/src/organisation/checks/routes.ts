import { findRouteMapProblems, findUpstreamProblems, type ServiceDefinition } from '@countersign/contract';
import { serviceDefinition } from '../convert.js';
import type { Finding } from '../problem.js';
import type { Readable } from '../readable.js';

/** The problems of each service: of its route map (names, templates, tenants in paths, ambiguous routes), and of its TLS. */
export function routes({ services }: Readable): Finding[] {
  return services.flatMap(({ path, entry, positions }) =>
    entry === undefined
      ? []
      : [
          ...everyProblem(serviceDefinition(entry), positions),
          ...findUpstreamProblems(entry.upstream, entry).map(({ pointer, detail }) => ({
            path: stepsOf(pointer),
            detail,
          })),
        ].map((found) => ({ path: [...path, ...found.path], detail: found.detail })),
  );
}

/**
 * The checks of a map stop at a route of the wrong shape. So the rules between its other routes are checked again without
 * that route.
 */
function everyProblem(service: ServiceDefinition, positions: readonly number[]): Finding[] {
  const found = findRouteMapProblems(service).map(({ pointer, detail }) => ({
    steps: stepsOf(pointer),
    detail,
  }));
  const broken = new Set(
    found.filter(({ steps }) => steps[0] === 'routes').map(({ steps }) => Number(steps[1])),
  );
  const sound = service.routes.map((_, index) => index).filter((index) => !broken.has(index));
  const rest =
    broken.size === 0 || sound.length === 0
      ? []
      : everyProblem(
          { ...service, routes: service.routes.filter((_, index) => !broken.has(index)) },
          sound.map((index) => positions[index] ?? index),
        );
  const here = found.map(({ steps, detail }) => ({
    path: steps.map((step, at) =>
      at === 1 && steps[0] === 'routes' ? (positions[Number(step)] ?? step) : step,
    ),
    detail,
  }));
  return [...here, ...rest];
}

function stepsOf(pointer: string): (string | number)[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((step) => (/^(0|[1-9][0-9]*)$/.test(step) ? Number(step) : step));
}
