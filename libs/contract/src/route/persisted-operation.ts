import { z } from 'zod';
import { ANY_MEMBER, fieldNames, fieldPointer } from './masked-fields.js';
import { foldedSegments, plainPath } from './path-template.js';
import type { Route, ServiceDefinition } from './route-map.js';

/**
 * The one operation of GraphQL that a route covers. The service keeps its text, and a call names it by its hash. Several routes may have
 * the same method and path if each has another operation.
 */
export type PersistedOperation = {
  /** SHA-256 of the operation's text in UTF-8: 64 digits of lower-case hex. */
  sha256: string;
  /** `query`: the operation only reads, as the vendor says. Only such an operation may come with `GET`. */
  type: 'query' | 'mutation';
  /** The `operationName` of its calls. Absent: its calls name none, because the text has one operation only. */
  operation?: string;
  /**
   * Parameters whose values come from the call's variables: JSON Pointers (RFC 6901) into `variables`, by name. The resource uses
   * them like parameters of the path. `tenant` is the tenant of the call.
   */
  variables?: Record<string, string>;
};

/** The most parameters of one operation. */
const MAX_VARIABLES = 16;
const PARAMETER = /^[A-Za-z][A-Za-z0-9_]*$/;
/** A `Name` of GraphQL's grammar. */
export const OPERATION_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
export const OPERATION_SHA256 = /^[0-9a-f]{64}$/;

const variablePointer = fieldPointer.refine(
  (pointer) => !fieldNames(pointer).includes(ANY_MEMBER),
  'names one value: * would stand for several',
);

export const persistedOperationSchema: z.ZodType<PersistedOperation> = z.strictObject({
  sha256: z
    .string()
    .regex(OPERATION_SHA256, 'the SHA-256 of the operation’s text, as 64 digits of lower-case hex'),
  type: z.enum(['query', 'mutation'], 'query or mutation'),
  operation: z.exactOptional(z.string().regex(OPERATION_NAME, 'the name of an operation')),
  variables: z.exactOptional(
    z
      .record(z.string().regex(PARAMETER, 'the name of a parameter'), variablePointer)
      .refine((names) => Object.keys(names).length > 0, 'at least one parameter')
      .refine((names) => Object.keys(names).length <= MAX_VARIABLES, `at most ${MAX_VARIABLES} parameters`),
  ),
});

/**
 * What records and lists call a route: its path without patterns, and for a persisted operation also name and hash:
 * `/graphql Invoice sha256:…`.
 */
export function routeName({ path, graphql }: Pick<Route, 'path' | 'graphql'>): string {
  const plain = plainPath(path);
  if (graphql === undefined) return plain;
  const { operation, sha256 } = graphql;
  return `${plain} ${operation === undefined ? '' : `${operation} `}sha256:${sha256}`;
}

/** Names the operation within its path. Two routes of one method and path must differ in it. */
export const operationKey = (sha256: string, operation: string | undefined): string =>
  `${sha256} ${operation ?? ''}`;

/** The rules of one route with an operation. `names`: the parameters of its path. */
export function addProblemsOfOperation(
  route: Route,
  names: readonly string[],
  { tenantFrom }: Pick<ServiceDefinition, 'tenantFrom'>,
  add: (member: string, detail: string) => void,
): void {
  const { graphql, method, resource } = route;
  if (graphql === undefined) return;
  if (method !== 'GET' && method !== 'POST') add('method', 'a persisted operation comes with GET or POST');
  if (method === 'GET' && graphql.type !== 'query')
    add('graphql/type', 'GET only reads: a mutation comes with POST');
  for (const member of ['query', 'repeat', 'body', 'download', 'shared', 'presigned'] as const)
    if (!isAbsent(route[member])) add(member, 'does not go with `graphql`');
  for (const name of Object.keys(graphql.variables ?? {})) {
    if (names.includes(name)) add(`graphql/variables/${name}`, 'is a parameter of the path already');
    else if (name === 'tenant' && tenantFrom !== 'path')
      add('graphql/variables/tenant', 'goes with `tenantFrom: path`: the service names the tenant elsewhere');
    else if (name !== 'tenant' && !resource.split('/').includes(`{${name}}`))
      add(`graphql/variables/${name}`, 'is not used in the resource');
  }
}

/** An empty list says the same as none. */
const isAbsent = (value: Route[keyof Route]): boolean =>
  value === undefined || (Array.isArray(value) && value.length === 0);

/**
 * Where a path has persisted operations, no other route may cover it: a call of such a route could contain any query. Many
 * servers ignore case and a final `/`, so these count as the same path.
 */
export function operationPathProblems(routes: readonly Route[]): { pointer: string; detail: string }[] {
  const withOperation = routes.flatMap(({ graphql, path }, index) =>
    graphql === undefined ? [] : [{ index, path: foldedSegments(path) }],
  );
  if (withOperation.length === 0) return [];
  return routes.flatMap(({ graphql, path }, index) => {
    if (graphql !== undefined) return [];
    const own = foldedSegments(path);
    const other = withOperation.find((each) => mayBeSame(own, each.path));
    return other === undefined
      ? []
      : [
          {
            pointer: `/routes/${index}/path`,
            detail: `may be the path of /routes/${other.index}, which is for persisted operations only: a call of this route could contain any query`,
          },
        ];
  });
}

const mayBeSame = (one: readonly (string | undefined)[], other: readonly (string | undefined)[]): boolean =>
  one.length === other.length &&
  one.every((segment, at) => segment === undefined || other[at] === undefined || segment === other[at]);
