import { useQuery } from '@tanstack/react-query';
import { grantQuery, refetchWhileOpen } from '../../api/grants.js';
import { GrantAccessBadge } from '../../ui/badge.js';
import { BlockedNotice } from '../grants/blocked.js';

/** Whether calls pass under the access that the request led to. */
export function AccessNow({ id }: { id: string }) {
  const grant = useQuery({
    ...grantQuery(id),
    refetchInterval: ({ state }) => refetchWhileOpen(state.data),
  }).data;
  if (grant === undefined) return null;
  return (
    <>
      <p>
        <GrantAccessBadge access={grant.access} endReason={grant.endReason} />
      </p>
      <BlockedNotice grant={grant} />
    </>
  );
}
