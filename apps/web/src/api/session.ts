import { queryOptions, useQuery } from '@tanstack/react-query';
import { api } from './client.js';
import { ApiProblem, answered } from './problem.js';

/** Who is signed in; null where nobody is. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  staleTime: 60_000,
  queryFn: async ({ signal }) => {
    try {
      return await answered(api.GET('/api/v1/whoami', { signal }));
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 401) return null;
      throw error;
    }
  },
});

export type Session = NonNullable<Awaited<ReturnType<NonNullable<typeof sessionQuery.queryFn>>>>;

/** The session inside pages that are shown to signed-in people only. */
export function useSession(): Session {
  const { data } = useQuery(sessionQuery);
  if (!data) throw new Error('this part is shown to signed-in people only');
  return data;
}

export const isVendor = ({ tenant }: Pick<Session, 'tenant'>): boolean => tenant === null;
/** Only what pages show: the broker asks the roles again at every call. */
export const mayStop = (session: Session): boolean =>
  isVendor(session) ? hasRole(session, 'security-admin') : hasRole(session, 'approver', 'admin');
export const mayReadRecords = (session: Session): boolean =>
  !isVendor(session) || hasRole(session, 'engineer', 'auditor', 'security-admin');

export const hasRole = ({ roles }: Pick<Session, 'roles'>, ...wanted: string[]): boolean =>
  wanted.some((role) => roles.includes(role));
