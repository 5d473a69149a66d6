import { infiniteQueryOptions, type QueryKey } from '@tanstack/react-query';

const LIMIT = '200';

/** A list of the API under its key, read page by page as the reader wants more; `items` are those read so far. */
export const listOf = <T>(
  queryKey: QueryKey,
  read: (page: { limit: string; cursor?: string }, signal: AbortSignal) => Promise<ListPage<T>>,
) =>
  infiniteQueryOptions({
    queryKey,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      read({ limit: LIMIT, ...(pageParam === null ? {} : { cursor: pageParam }) }, signal),
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => ({ items: pages.flatMap(({ items }) => items) }),
  });

export interface ListPage<T> {
  items: T[];
  next: string | null;
}
