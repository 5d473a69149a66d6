import { queryOptions } from '@tanstack/react-query';
import { type AccessRecord, api, type Grant } from './client.js';
import { type ListPage, listOf } from './list.js';
import { answered } from './problem.js';

/** What pages read, each under the key that news make stale: `requests`, `request`, `grants`, `grant`, `records`. */
const NEWEST = '200';

export const requestQuery = (id: string) =>
  queryOptions({
    queryKey: ['request', id],
    queryFn: ({ signal }) => answered(api.GET('/api/v1/requests/{id}', { params: { path: { id } }, signal })),
  });

export const requestsQuery = (query: { state?: RequestState; person?: string } = {}) =>
  listOf(['requests', query], (page, signal) =>
    answered(api.GET('/api/v1/requests', { params: { query: { ...query, ...page } }, signal })),
  );
export type RequestState =
  | 'awaiting_vendor'
  | 'awaiting_customer'
  | 'countered'
  | 'approved'
  | 'denied'
  | 'cancelled'
  | 'expired';

export const grantQuery = (id: string) =>
  queryOptions({
    queryKey: ['grant', id],
    queryFn: ({ signal }) => answered(api.GET('/api/v1/grants/{id}', { params: { path: { id } }, signal })),
  });

export const grantsQuery = (query: { state?: Grant['state']; person?: string } = {}) =>
  listOf(['grants', query], (page, signal) =>
    answered(api.GET('/api/v1/grants', { params: { query: { ...query, ...page } }, signal })),
  );

/**
 * While access is open its page reads again by itself, too: the broker that follows this page may not be the one
 * that gateways hand their records to.
 */
export const whileOpen = ({ state }: { state?: Grant['state'] } = {}): number | false =>
  state === 'active' ? OPEN_MS : false;
const OPEN_MS = 2_000;

/** The newest calls under a grant, newest first. */
export const recordsQuery = ({ tenant, id }: { tenant: string; id: string }) =>
  queryOptions({
    queryKey: ['records', id],
    queryFn: ({ signal }) => readRecords(tenant, { grant: id, limit: NEWEST }, signal),
  });

/** Who an id stands for. Names change seldom: one look a visit is enough. */
export const personQuery = (id: string) =>
  queryOptions({
    queryKey: ['person', id],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => answered(api.GET('/api/v1/people/{id}', { params: { path: { id } }, signal })),
  });

export const servicesQuery = queryOptions({
  queryKey: ['services'],
  staleTime: 60_000,
  queryFn: ({ signal }) => answered(api.GET('/api/v1/services', { signal })),
});

export const serviceQuery = (name: string) =>
  queryOptions({
    queryKey: ['service', name],
    staleTime: 60_000,
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/services/{name}', { params: { path: { name } }, signal })),
  });

/** One page of a tenant's calls, newest first. */
export const readRecords = (
  slug: string,
  query: { grant?: string; from?: string; to?: string; limit?: string; cursor?: string },
  signal: AbortSignal | null,
): Promise<ListPage<AccessRecord>> =>
  answered(api.GET('/api/v1/tenants/{slug}/access-records', { params: { path: { slug }, query }, signal }));
