import { queryOptions } from '@tanstack/react-query';
import { api } from './client.js';
import { listQuery } from './pagination.js';
import { unwrap } from './problem.js';

/** Incidents that the reader may see, newest first. */
export const incidentsQuery = (filter: { person?: string; from?: string; to?: string }) =>
  listQuery(['incidents', filter], (page, signal) =>
    unwrap(api.GET('/api/v1/incidents', { params: { query: { ...filter, ...page } }, signal })),
  );

/** One incident's board. */
export const incidentQuery = (id: string) =>
  queryOptions({
    queryKey: ['incident', id],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/incidents/{id}', { params: { path: { id } }, signal })),
  });
