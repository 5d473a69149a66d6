import { queryOptions } from '@tanstack/react-query';
import { api } from './client.js';
import { answered } from './problem.js';

/** What a tenant allows, with the version that an edit names. */
export const controlsQuery = (slug: string) =>
  queryOptions({
    queryKey: ['controls', slug],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/tenants/{slug}/privacy-controls', { params: { path: { slug } }, signal })),
  });

export type Controls = Awaited<ReturnType<NonNullable<ReturnType<typeof controlsQuery>['queryFn']>>>;
