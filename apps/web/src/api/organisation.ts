import { queryOptions, useQuery } from '@tanstack/react-query';
import { api } from './client.js';
import { answered } from './problem.js';

const organisationQuery = queryOptions({
  queryKey: ['organisation'],
  staleTime: 5 * 60_000,
  queryFn: ({ signal }) => answered(api.GET('/api/v1/organisation', { signal })),
});

/** Names of the vendor and of the tenants that the reader may know; until they are read, the slugs stand in. */
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
