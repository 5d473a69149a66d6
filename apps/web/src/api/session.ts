import type { Permission } from '@countersign/contract';
import type { ReaderSide } from '@countersign/wording';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { chooseZone } from '../text/clock.js';
import { api } from './client.js';
import { ApiProblem, unwrap } from './problem.js';

/** Who is signed in; null if no one is. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  staleTime: 60_000,
  queryFn: async ({ signal }) => {
    try {
      const session = await unwrap(api.GET('/api/v1/whoami', { signal }));
      chooseZone(session.zone);
      return session;
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 401) {
        chooseZone(null);
        return null;
      }
      throw error;
    }
  },
});

export type Session = NonNullable<Awaited<ReturnType<NonNullable<typeof sessionQuery.queryFn>>>>;

/** The session, for pages inside the shell: it shows them to signed-in people only. */
export function useSession(): Session {
  const { data } = useQuery(sessionQuery);
  if (!data) throw new Error('useSession needs a signed-in person');
  return data;
}

/**
 * Begins a sign-in with the organisation's provider and leaves the page. Only a page of the broker can begin one.
 *
 * @param organisation a tenant's slug, or `vendor`
 * @param open opens the provider's address
 */
export async function beginProviderSignIn(
  organisation: string,
  query: { returnTo: string; fresh?: 'true' },
  open: (address: string) => void = (address) => location.assign(address),
): Promise<void> {
  const side = organisation.trim().toLowerCase();
  const next = await unwrap(
    api.POST('/auth/oidc/{side}/start', {
      params: { path: { side }, query },
      headers: { accept: 'application/json' },
    }),
  );
  open(next.location);
}

/** A little less than the broker's ten minutes, so that a ceremony that begins now can still end. */
const FRESH_MS = 8 * 60_000;

/** Whether the person has proved so recently who they are that the broker lets them enrol a key. */
export const isFresh = ({ authenticatedAt }: Pick<Session, 'authenticatedAt'>): boolean =>
  authenticatedAt !== null && Date.now() - Date.parse(authenticatedAt) < FRESH_MS;

// These decide only what pages show. The broker authorizes every call itself.

/** Whether this session may attempt it: the reader's roles and how they signed in, as the broker evaluates both. */
export const may = ({ permissions }: Pick<Session, 'permissions'>, permission: Permission): boolean =>
  permissions.includes(permission);

export const isVendor = ({ tenant }: Pick<Session, 'tenant'>): boolean => tenant === null;

/** The side of the reader: reasons say “your controls” to customers and “the customer’s controls” to the vendor. */
export const useReaderSide = (): ReaderSide => (isVendor(useSession()) ? 'vendor' : 'customer');

export const hasRole = ({ roles }: Pick<Session, 'roles'>, ...wanted: string[]): boolean =>
  wanted.some((role) => roles.includes(role));
