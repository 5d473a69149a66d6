import { infiniteQueryOptions, type QueryKey } from '@tanstack/react-query';

/** Rows of a list on a page at first, and with each press on “Show more”. */
export const ROWS = '50';
/** The most items of one answer, for a page that counts, sorts or searches more than it shows. */
export const MOST_ITEMS = '200';

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
    const page: ListPage<T> = await read({ limit: MOST_ITEMS, ...(cursor === '' ? {} : { cursor }) });
    items.push(...page.items);
    onCount(items.length);
    cursor = page.next;
  }
  return items;
}

/**
 * A list of the API that is read one page at a time. `items` holds the pages that have been read so far.
 *
 * @param limit items an answer. Two lists that differ in it share no answers
 */
export const listQuery = <T>(
  queryKey: QueryKey,
  read: (page: { limit: string; cursor?: string }, signal: AbortSignal) => Promise<ListPage<T>>,
  limit: string = ROWS,
) =>
  infiniteQueryOptions({
    queryKey: [...queryKey, { limit }],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      read({ limit, ...(pageParam === null ? {} : { cursor: pageParam }) }, signal),
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => ({ items: pages.flatMap(({ items }) => items) }),
  });
