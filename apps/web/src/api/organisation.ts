import { queryOptions, useQueries, useQuery } from '@tanstack/react-query';
import { api } from './client.js';
import { unwrap } from './problem.js';
import { queryClient } from './query-client.js';

const organisationQuery = queryOptions({
  queryKey: ['organisation'],
  staleTime: 5 * 60_000,
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/organisation', { signal })),
});

/** Names of the vendor and of the tenants that the reader may know. A slug stands for a name that is still loading. */
export function useOrganisation(): {
  vendor: string;
  tenants: { slug: string; name: string }[];
  tenant(slug: string): string;
} {
  const { data } = useQuery(organisationQuery);
  const tenants = data?.tenants ?? [];
  return {
    vendor: data?.vendor.name ?? '',
    tenants,
    tenant: (slug) => tenants.find((each) => each.slug === slug)?.name ?? slug,
  };
}

/** A tenant's own people, including those who have left. */
export const peopleQuery = (slug: string) =>
  queryOptions({
    queryKey: ['people', slug],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/tenants/{slug}/people', { params: { path: { slug } }, signal })),
  });

/** The person with this id. Names rarely change, so each is read once a visit. */
export const personQuery = (id: string) =>
  queryOptions({
    queryKey: ['person', id],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/people/{id}', { params: { path: { id } }, signal })),
  });

/** Names of people by id: an ellipsis while a name loads, the id itself if the reader may not know the name. */
export function useNames(ids: readonly string[]): (id: string) => string {
  const unique = [...new Set(ids)];
  const found = useQueries({ queries: unique.map((id) => personQuery(id)) });
  return (id) => {
    const query = found[unique.indexOf(id)];
    return query?.data?.name ?? (query?.isPending === false ? id : '…');
  };
}

/** The same for an export: it waits until all names are read. */
export async function readNames(ids: readonly string[]): Promise<(id: string) => string> {
  const unique = [...new Set(ids)];
  const found = await Promise.allSettled(unique.map((id) => queryClient.fetchQuery(personQuery(id))));
  return (id) => {
    const read = found[unique.indexOf(id)];
    return read?.status === 'fulfilled' ? read.value.name : id;
  };
}

/** A tenant's privacy controls. An edit must name the version that it changes. */
export const controlsQuery = (slug: string) =>
  queryOptions({
    queryKey: ['controls', slug],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/tenants/{slug}/privacy-controls', { params: { path: { slug } }, signal })),
  });

/** A tenant's widenings that wait, the newest first: of its controls at most one, and of people as many as there are. */
export const wideningsQuery = (slug: string) =>
  queryOptions({
    queryKey: ['widenings', slug],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/v1/tenants/{slug}/widenings', {
          params: { path: { slug }, query: { state: 'waiting', limit: '200' } },
          signal,
        }),
      ),
  });

export type Controls = Awaited<ReturnType<NonNullable<ReturnType<typeof controlsQuery>['queryFn']>>>;
