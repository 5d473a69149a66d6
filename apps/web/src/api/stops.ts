import { queryOptions } from '@tanstack/react-query';
import { api } from './client.js';
import { answered } from './problem.js';
import { queryClient } from './query-client.js';
import type { components } from './schema.js';

export type Stop = components['schemas']['Stop'];

/** Signed stops of a tenant that are in force, oldest first. */
export const stopsQuery = (slug: string) =>
  queryOptions({
    queryKey: ['stops', slug],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/tenants/{slug}/stops', { params: { path: { slug } }, signal })),
  });

export const readStopsAgain = (slug: string): Promise<unknown> =>
  Promise.all(
    [['stops', slug], ['grants'], ['grant']].map((queryKey) => queryClient.invalidateQueries({ queryKey })),
  );
