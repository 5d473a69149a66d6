import { queryOptions } from '@tanstack/react-query';
import { type AccessRequest, api } from './client.js';
import { listQuery } from './pagination.js';
import { unwrap } from './problem.js';

export const requestQuery = (id: string) =>
  queryOptions({
    queryKey: ['request', id],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/requests/{id}', { params: { path: { id } }, signal })),
  });

export const requestsQuery = (query: { state?: AccessRequest['state']; person?: string } = {}) =>
  listQuery(['requests', query], (page, signal) =>
    unwrap(api.GET('/api/v1/requests', { params: { query: { ...query, ...page } }, signal })),
  );

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
