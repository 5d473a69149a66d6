import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';

/** The newest two years; older practices are in the API. */
const SHOWN = '8';

/** The tenant's practices. */
export const practicesQuery = (slug: string) => ({
  queryKey: ['practices', slug],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    unwrap(
      api.GET('/api/v1/tenants/{slug}/practices', {
        params: { path: { slug }, query: { limit: SHOWN } },
        signal,
      }),
    ),
});

/** One practice, with the part of each approver. */
export const practiceQuery = (slug: string, id: string) => ({
  queryKey: ['practices', slug, id],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    unwrap(api.GET('/api/v1/tenants/{slug}/practices/{id}', { params: { path: { slug, id } }, signal })),
});

/** The reader's own task in a practice. */
export const practiceTaskQuery = (slug: string, id: string) => ({
  queryKey: ['practices', slug, id, 'task'],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    unwrap(api.GET('/api/v1/tenants/{slug}/practices/{id}/task', { params: { path: { slug, id } }, signal })),
});
