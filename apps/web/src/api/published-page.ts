import { queryOptions } from '@tanstack/react-query';

/** The published SHA-256 (hex) of a page that customers keep as one file; empty if the broker has none. */
export const publishedHashQuery = (file: string) =>
  queryOptions({
    queryKey: ['published-page', file],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => {
      const answer = await fetch(`${file}.sha256`, { signal });
      return answer.ok ? ((await answer.text()).split(' ')[0] ?? '') : '';
    },
  });
