import type { AccessRequest } from '../../api/client.js';
import { type RequestFilter, requestsQuery, useWholeList } from '../../api/requests.js';
import { useSession } from '../../api/session.js';
import { useText } from '../../text/language.js';
import { Page } from '../../ui/page.js';
import { Empty, Loaded, ShowMore } from '../../ui/query-states.js';
import { availableAction } from '../decision/available-action.js';
import { apiFilter, useListChoice } from '../lists/list-filter.js';
import { ListFilters, NothingListed } from '../lists/list-filters.js';
import { FEW } from './queue.js';
import { RequestCard } from './request-card.js';
import { RequestQueue } from './request-queue.js';
import { reviewQueueTexts } from './review-queue.text.js';

const FIELDS = ['text', 'ticket', 'tenant', 'service', 'person', 'from', 'to'] as const;

/** `/queue`: the requests that wait for the vendor's review. A reviewer can approve them here. */
export default function QueuePage() {
  const text = useText(reviewQueueTexts);
  const session = useSession();
  const choice = useListChoice(FIELDS);
  const filter = apiFilter(choice) as RequestFilter;
  const waiting = useWholeList(requestsQuery({ ...filter, state: 'awaiting_vendor' }));
  return (
    <Page title={text.title} lead={text.lead}>
      <Loaded query={waiting}>
        {({ items }) => {
          const open = items.filter((request) => availableAction(request, session) === 'decide');
          return (
            <div className="stack loose">
              {items.length > FEW || Object.keys(choice).length > 0 ? (
                <ListFilters fields={FIELDS} choice={choice} rows={items} />
              ) : null}
              {open.length === 0 && !waiting.hasNextPage ? (
                <NothingListed
                  choice={choice}
                  empty={
                    <Empty icon="inbox" title={text.none}>
                      {text.noneLead}
                    </Empty>
                  }
                />
              ) : (
                <RequestQueue requests={open} />
              )}
              <ShowMore query={waiting} />
              <Own requests={items.filter(({ requester }) => requester === session.person)} />
            </div>
          );
        }}
      </Loaded>
    </Page>
  );
}

function Own({ requests }: { requests: readonly AccessRequest[] }) {
  const text = useText(reviewQueueTexts);
  if (requests.length === 0) return null;
  return (
    <section className="stack">
      <h2>{text.own}</h2>
      {requests.map((request) => (
        <RequestCard key={request.id} request={request} decides={false} />
      ))}
    </section>
  );
}
