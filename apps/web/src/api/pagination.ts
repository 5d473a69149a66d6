import { infiniteQueryOptions, type QueryKey } from '@tanstack/react-query';

const PAGE_SIZE = '200';

export interface ListPage<T> {
  items: T[];
  next: string | null;
}

/**
 * A list of the API that is read one page at a time. `items` holds the pages that have been read so far.
 *
 * @param limit items a page, at most 200
 */
export const listQuery = <T>(
  queryKey: QueryKey,
  read: (page: { limit: string; cursor?: string }, signal: AbortSignal) => Promise<ListPage<T>>,
  limit: string = PAGE_SIZE,
) =>
  infiniteQueryOptions({
    queryKey,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      read({ limit, ...(pageParam === null ? {} : { cursor: pageParam }) }, signal),
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => ({ items: pages.flatMap(({ items }) => items) }),
  });
