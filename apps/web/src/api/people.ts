import { queryOptions } from '@tanstack/react-query';
import { api } from './client.js';
import { answered } from './problem.js';

/** A customer's own people, those who have left included. */
export const peopleQuery = (slug: string) =>
  queryOptions({
    queryKey: ['people', slug],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/tenants/{slug}/people', { params: { path: { slug } }, signal })),
  });
