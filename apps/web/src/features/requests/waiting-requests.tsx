import type { AccessRequest } from '@countersign/api';
import type { ReactNode } from 'react';
import { type RequestFilter, useWholeList } from '../../api/requests.js';
import { useSession } from '../../api/session.js';
import { Loaded, ShowMore } from '../../ui/query-states.js';
import { availableAction } from '../decision/available-action.js';
import { apiFilter, type FilterField, type ListChoice } from '../lists/list-filter.js';
import { ListFilters, NothingListed } from '../lists/list-filters.js';
import { FEW } from './queue.js';
import { RequestQueue } from './request-queue.js';

/** The requests in one state: filters if there are many, a queue of those that the reader may decide, and other lists of them. */
export function WaitingRequests({
  state,
  fields,
  choice,
  empty,
  children,
}: {
  state: AccessRequest['state'];
  fields: readonly FilterField[];
  choice: ListChoice;
  /** Shown instead of the queue if no request waits and no filter is chosen. */
  empty: ReactNode;
  /** Shown below the queue. */
  children: (requests: readonly AccessRequest[]) => ReactNode;
}) {
  const session = useSession();
  const waiting = useWholeList({ ...(apiFilter(choice) as RequestFilter), state });
  const rows = waiting.data?.items ?? [];
  return (
    <div className="stack loose">
      {/* Outside of the list, so that the search keeps its focus while another list loads. */}
      {rows.length > FEW || Object.keys(choice).length > 0 ? (
        <ListFilters fields={fields} choice={choice} rows={rows} />
      ) : null}
      <Loaded query={waiting}>
        {({ items }) => (
          <>
            <RequestQueue
              requests={items.filter((request) => availableAction(request, session) === 'decide')}
              empty={waiting.hasNextPage ? null : <NothingListed choice={choice} empty={empty} />}
            />
            <ShowMore query={waiting} />
            {children(items)}
          </>
        )}
      </Loaded>
    </div>
  );
}
