import {
  mayBeListed,
  PASSED_BY_DEFAULT,
  parameterName,
  pathSegments,
  plainPath,
  samePathProblems,
  type TenantFrom,
  writesUnchecked,
} from '@countersign/contract';
import { z } from 'zod';
import type { RouteEntry } from '../organisation/schema.js';
import { type Operation, operationsOf, readDescription } from './description.js';
import { resourcesOf } from './resources.js';
import { pathTemplate } from './templates.js';

/** How the service names its tenant, as in the organisation file. */
export interface ImportOptions {
  tenantFrom: TenantFrom;
  /** With `tenantFrom: path`: the description's name of the parameter that is the tenant. */
  tenantParameter?: string | undefined;
  /** The service reads each spelling of a path as another path. */
  paths?: 'exact' | undefined;
  /** With `tenantFrom: service`: the service checks the tenant before it acts, so that operations that write can be mapped. */
  checksTenant?: true | undefined;
}

/** An operation that has no route, so that gateways refuse it. */
export interface UnmappedOperation {
  method: string;
  path: string;
  reason: string;
}

/** What an OpenAPI description gives for a route map. */
export interface OpenApiImport {
  title: string;
  /** As the organisation file lists them. */
  routes: RouteEntry[];
  /** Operations that cannot have a route as they are described. */
  unmapped: UnmappedOperation[];
  /** Operations that the description itself leaves out: `x-countersign: false`. They are refused too. */
  leftOut: Omit<UnmappedOperation, 'reason'>[];
}

const AMBIGUOUS = 'another path would have the same resource: state one in x-countersign';
const ALIKE =
  'many services read its path as that of another operation: state `paths: exact` if this one does not';
const DEFAULT_TENANT_PARAMETER = 'tenant';

/**
 * Makes a route map of an OpenAPI description (3.x, or Swagger 2.0), as JSON or YAML.
 *
 * The action follows from the method (`GET` of a path that ends in a parameter is `read`, any other `list`; `POST` is
 * `create`, `PUT` and `PATCH` are `update`, `DELETE` is `delete`), the resource from the first tag and the path (see
 * `resourcesOf`). Listed query parameters and headers pass, lists as repeated parameters; so does the body of a `GET` that
 * has one. Path parameters of whole numbers, of UUIDs and with a pattern that a route may have get that pattern. An operation or a path
 * may say otherwise:
 *
 *     x-countersign: { resource: "invoices/{id}", action: read, query: any, body: true, headers: [if-none-match] }
 *     x-countersign: false
 *
 * What cannot be mapped is named with its reason. Nothing is guessed for it: an operation without a route is refused.
 *
 * @throws OpenApiError if the text is no such description
 */
export function importOpenApi(text: string, options: ImportOptions): OpenApiImport {
  const description = readDescription(text);
  const mapped: { operation: Operation; path: string; names: ReadonlyMap<string, string> }[] = [];
  const result: OpenApiImport = { title: description.info.title, routes: [], unmapped: [], leftOut: [] };
  const shapes = new Set<string>();
  for (const operation of operationsOf(description)) {
    const { method, path } = operation;
    if (operation.extension === false) {
      result.leftOut.push({ method, path });
      continue;
    }
    const found = templateOf(operation, options);
    if ('reason' in found) {
      result.unmapped.push({ method, path, reason: found.reason });
      continue;
    }
    // Descriptions list one operation twice, as `/items` and `/items#search`, where its bodies differ.
    const shape = `${method} ${found.path.replaceAll(/\{[^}]*\}/g, '{}')}`;
    if (!shapes.has(shape)) mapped.push({ operation, ...found });
    shapes.add(shape);
  }
  const resources = resourcesOf(mapped.map(({ operation, path }) => ({ ...operation, path })));
  for (const [index, { operation, path, names }] of mapped.entries()) {
    const { resource, action } = resources[index] ?? { resource: null, action: '' };
    const extension = operation.extension === false ? {} : operation.extension;
    const named = extension.resource === undefined ? resource : renameParameters(extension.resource, names);
    if (named === null) {
      result.unmapped.push({ method: operation.method, path: operation.path, reason: AMBIGUOUS });
      continue;
    }
    result.routes.push({
      ...{ method: operation.method, path: withPatterns(path, names, operation) },
      ...{ resource: named, action: extension.action ?? action },
      ...queryOf(operation, extension.query),
      ...bodyOf(operation, extension.body),
      ...headersOf(operation, extension.headers),
    });
  }
  return withoutAlikePaths(result, options);
}

/** A map with two paths that a service may read as one, and that mean different things, could not be applied at all. */
function withoutAlikePaths(result: OpenApiImport, { paths }: ImportOptions): OpenApiImport {
  const routes = result.routes.map(({ method, path, resource = '', action = '' }) => ({
    ...{ method, path, resource, action },
  }));
  const problems = samePathProblems({ routes, ...(paths === undefined ? {} : { paths }) });
  const alike = new Set(problems.map(({ pointer }) => Number(pointer.split('/')[2])));
  return {
    ...result,
    routes: result.routes.filter((_route, index) => !alike.has(index)),
    unmapped: [
      ...result.unmapped,
      ...[...alike].flatMap((index) => {
        const { method, path } = result.routes[index] ?? {};
        return method === undefined || path === undefined
          ? []
          : [{ method, path: plainPath(path), reason: ALIKE }];
      }),
    ],
  };
}

/** The path with the patterns of its parameters. The tenant needs none: its value is the slug of the grant's tenant. */
function withPatterns(
  path: string,
  names: ReadonlyMap<string, string>,
  { patterns }: Pick<Operation, 'patterns'>,
): string {
  const known = new Map([...names].map(([described, name]) => [name, patterns.get(described)]));
  const segments = pathSegments(path).map((segment) => {
    const name = parameterName(segment);
    const pattern = name === undefined || name === 'tenant' ? undefined : known.get(name);
    return pattern === undefined ? segment : `{${name}:${pattern}}`;
  });
  return `/${segments.join('/')}`;
}

/** The route's path for an operation, or why it has none. */
function templateOf(
  { method, path, unusable }: Operation,
  { tenantFrom, tenantParameter, checksTenant }: ImportOptions,
): { path: string; names: ReadonlyMap<string, string> } | { reason: string } {
  if (unusable !== undefined) return { reason: unusable };
  if (writesUnchecked({ method }, { tenantFrom, ...(checksTenant ? { checksTenant } : {}) }))
    return { reason: 'it may write, and the service does not check the tenant first (checksTenant)' };
  const tenant = tenantFrom === 'path' ? (tenantParameter ?? DEFAULT_TENANT_PARAMETER) : undefined;
  return pathTemplate(path, tenant);
}

/** A resource that the description states, with its parameters as the route names them. */
const renameParameters = (resource: string, names: ReadonlyMap<string, string>): string =>
  resource.replaceAll(/\{([^}]*)\}/g, (all, name: string) =>
    names.has(name) ? `{${names.get(name)}}` : all,
  );

const queryName = z.string().regex(/^[A-Za-z0-9._~:@$!*,[\]-]{1,128}$/);

/** The query parameters that pass: the stated ones, or those of the description. A name that no route may list is left out. */
function queryOf({ query, repeat }: Operation, stated: RouteEntry['query']): Pick<RouteEntry, 'query'> {
  const described = [...new Set(query)].filter((name) => queryName.safeParse(name).success);
  const names =
    stated ?? described.map((name) => (repeat.includes(name) ? { name, repeat: true as const } : name));
  return names.length === 0 ? {} : { query: names };
}

/** Only `GET` needs to say it. Other methods may always have a body, or never. */
const bodyOf = ({ method, hasBody }: Operation, stated: true | undefined): Pick<RouteEntry, 'body'> =>
  stated === true || (method === 'GET' && hasBody) ? { body: true } : {};

function headersOf({ headers }: Operation, stated: string[] | undefined): Pick<RouteEntry, 'headers'> {
  const names = stated ?? headers.map((name) => name.toLowerCase()).filter(isOwnHeader);
  return names.length === 0 ? {} : { headers: [...new Set(names)] };
}

const isOwnHeader = (name: string): boolean =>
  /^[a-z0-9-]{1,64}$/.test(name) && mayBeListed(name) && !PASSED_BY_DEFAULT.includes(name);
