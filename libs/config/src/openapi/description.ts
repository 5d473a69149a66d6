import { isParameterPattern } from '@countersign/contract';
import { z } from 'zod';
import { readYaml } from '../organisation/document.js';
import { route } from '../organisation/schema.js';

/** The text is no OpenAPI description, or none that can be read. */
export class OpenApiError extends Error {
  override readonly name = 'OpenApiError';
}

/** An operation of a description, with its references resolved. */
export interface Operation {
  /** In capitals; `*` if the description does not have the path's operations. */
  method: string;
  /** With the path of the first server before it. */
  path: string;
  tag: string | undefined;
  /** Names of the query parameters, those of a `deepObject` as `name[member]`. */
  query: string[];
  /** Those of `query` that are lists, one parameter for each value. */
  repeat: string[];
  headers: string[];
  /** The patterns of path parameters whose values the description restricts, by name. */
  patterns: ReadonlyMap<string, string>;
  hasBody: boolean;
  extension: Extension | false;
  /** Why the operation cannot have a route, whatever its path. */
  unusable: string | undefined;
}

/** What `x-countersign` may say of an operation or a path. */
export type Extension = z.output<typeof extension>;

const extension = z.strictObject({
  resource: z.string().optional(),
  action: z.string().optional(),
  query: route.shape.query,
  body: route.shape.body,
  headers: z.array(z.string()).optional(),
});
const stated = z.union([z.literal(false), extension]).optional();

/** Members that do not matter here stay unread: descriptions in use break rules of OpenAPI that no route depends on. */
const description = z.looseObject({
  openapi: z.string().optional(),
  swagger: z.string().optional(),
  info: z.looseObject({ title: z.string() }),
  basePath: z.string().optional(),
  servers: z.array(z.looseObject({ url: z.string() })).optional(),
  paths: z.record(z.string(), z.unknown()),
});
export type Description = z.output<typeof description>;

const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options', 'trace'] as const;
/** A gateway answers or refuses these itself. */
const WITHOUT_ROUTE = new Set<string>(['options', 'trace']);

/** @throws OpenApiError if the text is no OpenAPI 3 or Swagger 2.0 description */
export function readDescription(text: string): Description {
  const { success, data, error } = description.safeParse(parseText(text));
  if (!success) {
    const [issue] = error.issues;
    throw new OpenApiError(`/${issue?.path.join('/') ?? ''} is missing or has another form than OpenAPI's`);
  }
  if (!/^3\./.test(data.openapi ?? '') && data.swagger !== '2.0')
    throw new OpenApiError('it says neither `openapi: 3.…` nor `swagger: "2.0"`');
  return data;
}

function parseText(text: string): unknown {
  // Large descriptions are JSON, which YAML's reader would take a hundred times as long for.
  if (text.trimStart().startsWith('{')) {
    try {
      return JSON.parse(text);
    } catch {
      // Then it may be YAML that begins with a brace.
    }
  }
  const yaml = readYaml(text);
  if (yaml.ok) return yaml.value;
  const [problem] = yaml.problems;
  const line = problem?.line === undefined ? '' : ` (line ${problem.line})`;
  throw new OpenApiError(`it ${problem?.detail ?? 'cannot be read'}${line}`);
}

/** Every operation, in the order of the description. @throws OpenApiError if an `x-countersign` has an unknown member */
export function operationsOf(description: Description): Operation[] {
  const base = basePath(description);
  return Object.entries(description.paths).flatMap(([path, value]) => {
    if (path.startsWith('x-')) return [];
    const item = asObject(resolveReference(description, value));
    if (item === undefined) return [unresolved(`${base}${path}`)];
    return METHODS.flatMap((method) => {
      const operation = asObject(item[method]);
      if (operation === undefined) return [];
      const parameters = parametersOf(description, item, operation);
      return [
        {
          method: method.toUpperCase(),
          path: `${base}${path}`,
          tag: tagOf(operation),
          query: parameters.filter(({ in: place }) => place === 'query').flatMap(queryNames),
          repeat: parameters.filter(isRepeated).map(({ name }) => name),
          headers: parameters.filter(({ in: place }) => place === 'header').map(({ name }) => name),
          patterns: patternsOf(parameters),
          hasBody:
            operation['requestBody'] !== undefined || parameters.some(({ in: place }) => place === 'body'),
          extension: extensionOf(`${method.toUpperCase()} ${path}`, operation, item),
          unusable: reasonAgainst(method, path),
        },
      ];
    });
  });
}

function reasonAgainst(method: string, path: string): string | undefined {
  if (!path.startsWith('/')) return 'the path does not begin with “/”';
  return WITHOUT_ROUTE.has(method) ? 'no route has this method' : undefined;
}

/** A path whose operations are not known. */
const unresolved = (path: string): Operation => ({
  ...{ method: '*', path, tag: undefined, query: [], repeat: [], headers: [], hasBody: false, extension: {} },
  patterns: new Map(),
  unusable: 'its operations are not in this file',
});

/** The path of the first server (OpenAPI 3) or `basePath` (Swagger 2.0), without a final slash. */
function basePath({ servers, basePath: ownBase }: Description): string {
  const url = ownBase ?? servers?.[0]?.url ?? '';
  // A server may have variables in its host; only its path matters.
  const path =
    /^(?:[a-z][a-z0-9+.-]*:)?\/\/[^/]*(\/.*)?$/i.exec(url)?.[1] ?? (url.startsWith('/') ? url : '');
  return path.split(/[?#]/)[0]?.replace(/\/+$/, '') ?? '';
}

interface Parameter {
  in: string;
  name: string;
  style?: unknown;
  explode?: unknown;
  schema?: unknown;
  /** Swagger 2.0. */
  type?: unknown;
  format?: unknown;
  pattern?: unknown;
  collectionFormat?: unknown;
}

/** Parameters of the operation and of its path. The operation's own replace those of the same name and place. */
function parametersOf(description: Description, item: object, operation: object): Parameter[] {
  const found = new Map<string, Parameter>();
  for (const holder of [item, operation] as { parameters?: unknown }[]) {
    if (!Array.isArray(holder.parameters)) continue;
    for (const listed of holder.parameters) {
      const parameter = asObject(resolveReference(description, listed));
      if (typeof parameter?.['name'] !== 'string' || typeof parameter['in'] !== 'string') continue;
      const typedParameter = parameter as unknown as Parameter;
      found.set(`${typedParameter.in} ${typedParameter.name}`, {
        ...typedParameter,
        schema: resolveReference(description, typedParameter.schema),
      });
    }
  }
  return [...found.values()];
}

/**
 * Whether a query parameter is a list that is sent as one parameter for each value: `style: form` with `explode`, which is
 * what OpenAPI 3 does by default, or `collectionFormat: multi` of Swagger 2.0.
 */
function isRepeated({
  in: place,
  style = 'form',
  explode = true,
  schema,
  type,
  collectionFormat,
}: Parameter) {
  if (place !== 'query') return false;
  if (type !== undefined) return type === 'array' && collectionFormat === 'multi';
  const types = [asObject(schema)?.['type']].flat();
  return types.includes('array') && style === 'form' && explode !== false;
}

const patternsOf = (parameters: readonly Parameter[]): Map<string, string> =>
  new Map(
    parameters.flatMap((parameter) => {
      const pattern = parameter.in === 'path' ? patternOf(parameter) : undefined;
      return pattern === undefined ? [] : [[parameter.name, pattern] as const];
    }),
  );

/** The pattern of a route for what a schema says of a path parameter: a UUID, a whole number, or its own pattern if a route may have it. */
function patternOf(parameter: Parameter): string | undefined {
  const { type, format, pattern } = asObject(parameter.schema) ?? { ...parameter };
  if (type === 'integer') return 'int';
  if (format === 'uuid') return 'uuid';
  const own = typeof pattern === 'string' ? /^\^(.+)\$$/.exec(pattern)?.[1] : undefined;
  return own !== undefined && isParameterPattern(own) ? own : undefined;
}

/** A `deepObject` is sent as `name[member]=…` for each of its members. */
function queryNames({ name, style, schema }: Parameter): string[] {
  if (style !== 'deepObject') return [name];
  return Object.keys(asObject(asObject(schema)?.['properties']) ?? {}).map((member) => `${name}[${member}]`);
}

function tagOf({ tags }: { tags?: unknown }): string | undefined {
  const first: unknown = Array.isArray(tags) ? tags[0] : undefined;
  return typeof first === 'string' ? first : undefined;
}

const EXTENSION = 'x-countersign';

function extensionOf(
  what: string,
  operation: Record<string, unknown>,
  item: Record<string, unknown>,
): Extension | false {
  const [own, shared] = [operation[EXTENSION], item[EXTENSION]].map((value) => {
    const { success, data } = stated.safeParse(value);
    if (!success)
      throw new OpenApiError(
        `x-countersign of ${what} must be false or hold resource, action, query, body and headers`,
      );
    return data;
  });
  if (own === false || (own === undefined && shared === false)) return false;
  return { ...(shared === false ? {} : shared), ...own };
}

const MAX_REFERENCES = 10;

/** Follows references within the description. Undefined if one leads out of it, to nothing, or back to itself. */
function resolveReference(description: Description, start: unknown): unknown {
  let value = start;
  for (let step = 0; step < MAX_REFERENCES; step += 1) {
    const reference = asObject(value)?.['$ref'];
    if (typeof reference !== 'string') return value;
    if (!reference.startsWith('#/')) return undefined;
    value = reference
      .slice(2)
      .split('/')
      .map((part) => decodePart(part).replaceAll('~1', '/').replaceAll('~0', '~'))
      .reduce<unknown>((at, member) => {
        const object = asObject(at);
        return object !== undefined && Object.hasOwn(object, member) ? object[member] : undefined;
      }, description);
  }
  return undefined;
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
