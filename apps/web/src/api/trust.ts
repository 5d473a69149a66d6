import type { TrustDocument } from '@countersign/contract';
import { queryOptions } from '@tanstack/react-query';
import { api } from './client.js';
import { answered } from './problem.js';
import { queryClient } from './query-client.js';
import type { components } from './schema.js';

export type Trust = components['schemas']['Trust'];
export type TrustProposal = components['schemas']['TrustProposal'];
export type Passkey = components['schemas']['Passkey'];

/** What a tenant's people have signed of themselves. A document has been judged by the broker before it is sent. */
export const trustQuery = (slug: string) =>
  queryOptions({
    queryKey: ['trust', slug],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/tenants/{slug}/trust', { params: { path: { slug } }, signal })),
  });

/** While a gateway has not pinned what was signed, its page looks again by itself: no event of the broker tells. */
export const whileUnpinned = (trust: Trust | undefined): number | false => {
  const fingerprint = trust?.anchor?.trust;
  const waits = trust?.gateways.some(({ pinned }) => pinned !== fingerprint) === true;
  return fingerprint !== undefined && waits ? UNPINNED_MS : false;
};
const UNPINNED_MS = 2_000;

/** Everybody's passkeys and recovery keys. */
export const passkeysQuery = (slug: string) =>
  queryOptions({
    queryKey: ['passkeys', slug],
    queryFn: ({ signal }) =>
      answered(api.GET('/api/v1/tenants/{slug}/passkeys', { params: { path: { slug } }, signal })),
  });

/** The next document as people, passkeys and controls stand; `at` is a signing page that it shall name from then on. */
export const draftQuery = (slug: string, at: string | null) =>
  queryOptions({
    queryKey: ['trust-draft', slug, at],
    queryFn: async ({ signal }) =>
      (await answered(
        api.GET('/api/v1/tenants/{slug}/trust/draft', {
          params: { path: { slug }, query: at === null ? {} : { origin: at } },
          signal,
        }),
      )) as TrustDocument,
  });

export const readTrustAgain = (slug: string): Promise<unknown> =>
  Promise.all(
    ['trust', 'passkeys', 'trust-draft'].map((key) =>
      queryClient.invalidateQueries({ queryKey: [key, slug] }),
    ),
  );
