import type { AccessRequest } from '@countersign/api';
import { queryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api } from './client.js';
import { personQuery } from './organisation.js';
import { type ListPage, listQuery, MOST_ITEMS, ROWS, readAll } from './pagination.js';
import { unwrap } from './problem.js';
import { queryClient } from './query-client.js';

export const requestQuery = (id: string) =>
  queryOptions({
    queryKey: ['request', id],
    queryFn: async ({ signal }) => {
      const request = await unwrap(api.GET('/api/v1/requests/{id}', { params: { path: { id } }, signal }));
      // On a slow line, reading their names one by one would take another round trip.
      for (const person of request.people ?? [])
        queryClient.setQueryData(personQuery(person.id).queryKey, person);
      return request;
    },
  });

/** The reader's own templates of requests. */
export const templatesQuery = queryOptions({
  queryKey: ['templates'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/templates', { signal })),
});

/** Filters of the list, as the API takes them. */
export interface RequestFilter {
  state?: AccessRequest['state'];
  tenant?: string;
  service?: string;
  person?: string;
  ticket?: string;
  text?: string;
  from?: string;
  to?: string;
}

const readRequests = (
  query: RequestFilter & { limit: string; cursor?: string },
  signal: AbortSignal | null = null,
): Promise<ListPage<AccessRequest>> => unwrap(api.GET('/api/v1/requests', { params: { query }, signal }));

export const requestsQuery = (query: RequestFilter, limit = ROWS) =>
  listQuery(['requests', query], (page, signal) => readRequests({ ...query, ...page }, signal), limit);

/** As many as one answer may have, for pages that count or sort the waiting requests. */
export const manyRequestsQuery = (query: RequestFilter) => requestsQuery(query, MOST_ITEMS);

/**
 * How often waiting requests are read again: no event says that rules were loosened, that a lock was set or
 * lifted, or that the hours of a rule have begun or ended.
 */
export const RULES_REFETCH_MS = 30_000;

/** Pages that are loaded without a press, so that this many requests can be sorted. */
const MOST_PAGES = 5;

/** A list whose first 1,000 items are loaded without a press, for pages that sort them in another order. */
export function useWholeList(filter: RequestFilter) {
  const query = useInfiniteQuery({ ...manyRequestsQuery(filter), refetchInterval: RULES_REFETCH_MS });
  const { hasNextPage, isFetching, fetchNextPage } = query;
  const pages = (query.data?.items.length ?? 0) / Number(MOST_ITEMS);
  useEffect(() => {
    if (hasNextPage && !isFetching && pages < MOST_PAGES) void fetchNextPage();
  }, [hasNextPage, isFetching, pages, fetchNextPage]);
  return query;
}

/** Every request that fits the filter. @param onCount receives the number of those read so far, after each page */
export const readAllRequests = (
  filter: RequestFilter,
  onCount: (count: number) => void,
): Promise<AccessRequest[]> => readAll((page) => readRequests({ ...filter, ...page }), onCount);

export const servicesQuery = queryOptions({
  queryKey: ['services'],
  staleTime: 60_000,
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/services', { signal })),
});

export const serviceQuery = (name: string) =>
  queryOptions({
    queryKey: ['service', name],
    staleTime: 60_000,
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/services/{name}', { params: { path: { name } }, signal })),
  });
