import { QueryClient, type QueryKey } from '@tanstack/react-query';
import { ApiProblem, isTransient } from './problem.js';

/** Live updates invalidate answers at once. The stale time only limits what a page shows after it missed an update. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      networkMode: 'always',
      retry: (count, error) => count < 3 && isTransient(error),
      retryDelay: (count) => 500 * 2 ** count,
    },
    mutations: { networkMode: 'always', retry: false, onError: recheckSession },
  },
});

queryClient.getQueryCache().config.onError = (error) => recheckSession(error);

/** After a 401 the page asks who is signed in. If no one is, the shell shows the sign-in page. */
function recheckSession(error: unknown): void {
  if (error instanceof ApiProblem && error.status === 401) void invalidate(['session']);
}

/** The answers that change with a stop or a lock: whether calls pass, and whether requests can be approved. */
export const KEYS_OF_BLOCKS: readonly QueryKey[] = [
  ['grants'],
  ['grant'],
  ['requests'],
  ['request'],
  ['standing'],
];

/** Reads the answers under these keys again, and settles when they have been read. */
export const invalidate = (...queryKeys: QueryKey[]): Promise<unknown> =>
  Promise.all(queryKeys.map((queryKey) => queryClient.invalidateQueries({ queryKey })));
