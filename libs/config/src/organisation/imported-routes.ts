import { parameterName, pathSegments } from '@countersign/contract';
import { z } from 'zod';
import { OpenApiError } from '../openapi/description.js';
import { importOpenApi, type OpenApiImport } from '../openapi/openapi-import.js';
import type { Finding } from './problem.js';
import { serviceMembers } from './schema.js';

interface WithRoutes {
  /** The file as it would be if it listed the routes itself. */
  value: unknown;
  problems: Finding[];
  warnings: Finding[];
}

const described = z.looseObject({
  openapi: z.string(),
  tenantParameter: z.string().optional(),
  tenantFrom: serviceMembers.tenantFrom,
  checksTenant: serviceMembers.checksTenant,
  paths: serviceMembers.paths,
  routes: z.array(z.unknown()).optional(),
});
const listed = z.looseObject({ method: z.string(), path: z.string() });

/** Operations without a route that a warning names. */
const MAX_NAMED = 5;

/**
 * Adds the routes of the OpenAPI descriptions that services name (`openapi: FILE`). A route that the file lists itself
 * replaces the imported one for the same calls. Operations without a route are a warning that names them: gateways refuse
 * them.
 *
 * @param value the file, of whatever shape
 * @param readDescription the text of a description; throws if it cannot be read
 */
export function withImportedRoutes(value: unknown, readDescription: (path: string) => string): WithRoutes {
  const file = z.looseObject({ services: z.array(z.unknown()) }).safeParse(value);
  if (!file.success) return { value, problems: [], warnings: [] };
  const problems: Finding[] = [];
  const warnings: Finding[] = [];
  const services = file.data.services.map((value, index) => {
    const { success, data: service } = described.safeParse(value);
    if (!success) return value;
    const path = ['services', index, 'openapi'];
    try {
      const imported = importOpenApi(readDescription(service.openapi), {
        tenantFrom: service.tenantFrom ?? 'path',
        tenantParameter: service.tenantParameter,
        checksTenant: service.checksTenant,
        paths: service.paths,
      });
      const own = service.routes ?? [];
      const replaced = new Set(own.map(shapeOf));
      const routes = [...own, ...imported.routes.filter((route) => !replaced.has(shapeOf(route)))];
      if (routes.length === 0)
        problems.push({ path, detail: `${service.openapi} has no operation with a route` });
      warnings.push(...unmapped(imported, replaced).map((detail) => ({ path, detail })));
      return { ...service, routes };
    } catch (error) {
      problems.push({ path, detail: `${service.openapi} cannot be used: ${reasonOf(error)}` });
      return { ...service, routes: service.routes ?? [] };
    }
  });
  return { value: { ...file.data, services }, problems, warnings };
}

/** A route without the names of its parameters. Undefined for what is no route. */
function shapeOf(value: unknown): string | undefined {
  const { success, data } = listed.safeParse(value);
  if (!success) return undefined;
  const segments = pathSegments(data.path).map((segment) =>
    parameterName(segment) === undefined ? segment : '{}',
  );
  return `${data.method} /${segments.join('/')}`;
}

/** The operations that have no route, neither imported nor listed. */
function unmapped(
  { title, routes, unmapped: all }: OpenApiImport,
  replaced: ReadonlySet<string | undefined>,
): string[] {
  const left = all.filter((operation) => !replaced.has(shapeOf(operation)));
  if (left.length === 0) return [];
  const named = left.slice(0, MAX_NAMED).map(({ method, path, reason }) => `${method} ${path} (${reason})`);
  const more = left.length > MAX_NAMED ? `, and ${left.length - MAX_NAMED} more` : '';
  const total = routes.length + left.length;
  return [
    `${left.length} of ${total} operations of “${title}” have no route and are refused: ${named.join(', ')}${more}`,
  ];
}

function reasonOf(error: unknown): string {
  if (error instanceof OpenApiError) return error.message;
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code ?? 'unknown error'})`;
}
