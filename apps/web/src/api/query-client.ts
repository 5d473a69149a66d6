import { QueryClient } from '@tanstack/react-query';
import { ApiProblem, isPassing } from './problem.js';

/** News make answers stale at once; the times here only bound what a page that missed some would show. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      networkMode: 'always',
      retry: (count, error) => count < 3 && isPassing(error),
      retryDelay: (count) => 500 * 2 ** count,
    },
    mutations: { networkMode: 'always', retry: false, onError: askWhoWeAre },
  },
});

queryClient.getQueryCache().config.onError = (error) => askWhoWeAre(error);

/** A session that has ended is noticed at the first call that it no longer opens. */
function askWhoWeAre(error: unknown): void {
  if (error instanceof ApiProblem && error.status === 401)
    void queryClient.invalidateQueries({ queryKey: ['session'] });
}
