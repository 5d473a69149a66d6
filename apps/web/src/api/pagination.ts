import { infiniteQueryOptions, type QueryKey } from '@tanstack/react-query';

export const PAGE_SIZE = '200';

export interface ListPage<T> {
  items: T[];
  next: string | null;
}

/** Every item of a list. @param onCount receives the number of items read so far, after each page */
export async function readAll<T>(
  read: (page: { limit: string; cursor?: string }) => Promise<ListPage<T>>,
  onCount: (count: number) => void,
): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: ListPage<T> = await read({ limit: PAGE_SIZE, ...(cursor === '' ? {} : { cursor }) });
    items.push(...page.items);
    onCount(items.length);
    cursor = page.next;
  }
  return items;
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
