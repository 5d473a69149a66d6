import { usePersistedOperations } from '@graphql-yoga/plugin-persisted-operations';
import { createSchema, createYoga } from 'graphql-yoga';

/**
 * GraphQL Yoga with its plugin for persisted operations, on every path. Its types are in `yoga.d.mts`: those of the packages would add the
 * types of browsers to the whole project.
 */
export function yogaListener({ typeDefs, resolvers, textOf, onExecute }) {
  return createYoga({
    schema: createSchema({ typeDefs, resolvers }),
    logging: false,
    graphqlEndpoint: '*',
    plugins: [
      {
        onExecute: ({ args: { operationName, variableValues } }) =>
          onExecute({ operation: operationName ?? undefined, variables: { ...variableValues } }),
      },
      usePersistedOperations({
        allowArbitraryOperations: true,
        getPersistedOperation: textOf,
        extractPersistedOperationId: ({ documentId, extensions }, { url }) =>
          (documentId ?? new URL(url).searchParams.get('documentId'))?.replace(/^sha256:/, '') ??
          extensions?.persistedQuery?.sha256Hash ??
          null,
      }),
    ],
  });
}
