import type { Trust } from '@countersign/api';
import type { TrustDocument } from '@countersign/contract';
import { queryOptions } from '@tanstack/react-query';
import { api } from './client.js';
import { unwrap } from './problem.js';
import { invalidate, KEYS_OF_BLOCKS } from './query-client.js';

const REFETCH_MS = 2_000;

/** A tenant's trust document, its versions and its open proposal. The broker validates a document before it sends it. */
export const trustQuery = (slug: string) =>
  queryOptions({
    queryKey: ['trust', slug],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/tenants/{slug}/trust', { params: { path: { slug } }, signal })),
  });

/** The refetch interval until every gateway has pinned the fingerprint. The broker sends no live update about pins. */
export const refetchWhileUnpinned = (trust: Trust | undefined): number | false => {
  const fingerprint = trust?.anchor?.trust;
  const isWaiting = trust?.gateways.some(({ pinned }) => pinned !== fingerprint) === true;
  return fingerprint !== undefined && isWaiting ? REFETCH_MS : false;
};

/** The passkeys and recovery keys of all of a tenant's people. */
export const passkeysQuery = (slug: string) =>
  queryOptions({
    queryKey: ['passkeys', slug],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/tenants/{slug}/passkeys', { params: { path: { slug } }, signal })),
  });

/**
 * The next trust document, drafted from the present people, passkeys and controls.
 *
 * @param at the origin of a signing page that the next document names; null keeps the present one
 */
export const draftQuery = (slug: string, at: string | null) =>
  queryOptions({
    queryKey: ['trust-draft', slug, at],
    queryFn: async ({ signal }) =>
      (await unwrap(
        api.GET('/api/v1/tenants/{slug}/trust/draft', {
          params: { path: { slug }, query: at === null ? {} : { origin: at } },
          signal,
        }),
      )) as TrustDocument,
  });

export const reloadTrust = (slug: string): Promise<unknown> =>
  invalidate(['trust', slug], ['passkeys', slug], ['trust-draft', slug]);

/** A tenant's signed stops that are in force, oldest first. */
export const stopsQuery = (slug: string) =>
  queryOptions({
    queryKey: ['stops', slug],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/tenants/{slug}/stops', { params: { path: { slug } }, signal })),
  });

export const reloadStops = (slug: string): Promise<unknown> => invalidate(['stops', slug], ...KEYS_OF_BLOCKS);
