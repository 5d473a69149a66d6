import { useInfiniteQuery } from '@tanstack/react-query';
import type { AccessRequest } from '../../api/client.js';
import { type RequestFilter, requestsQuery, useWholeList } from '../../api/requests.js';
import { useSession } from '../../api/session.js';
import { useText } from '../../text/language.js';
import { Page } from '../../ui/page.js';
import { Empty, Loaded, ShowMore } from '../../ui/query-states.js';
import { ClaimOffer } from '../claim/claim-offer.js';
import { availableAction } from '../decision/available-action.js';
import { apiFilter, useListChoice } from '../lists/list-filter.js';
import { ListFilters, NothingListed } from '../lists/list-filters.js';
import { inboxTexts } from './inbox.text.js';
import { FEW, inOrder } from './queue.js';
import { RequestCard } from './request-card.js';
import { RequestQueue } from './request-queue.js';

const FIELDS = ['text', 'ticket', 'service', 'person', 'from', 'to'] as const;

/** `/inbox`: the requests that wait for this approver, the most urgent first. */
export default function InboxPage() {
  const text = useText(inboxTexts);
  const session = useSession();
  const choice = useListChoice(FIELDS);
  const filter = apiFilter(choice) as RequestFilter;
  const waiting = useWholeList(requestsQuery({ ...filter, state: 'awaiting_customer' }));
  const countered = useInfiniteQuery(requestsQuery({ ...filter, state: 'countered' }));
  return (
    <Page title={text.title}>
      <Loaded query={waiting}>
        {({ items }) => {
          const open = items.filter((request) => availableAction(request, session) === 'decide');
          const decided = items.filter((request) => availableAction(request, session) === 'decided');
          return (
            <div className="stack loose">
              <ClaimOffer />
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
              <Others title={text.decided} requests={decided} />
              <Others title={text.offered} requests={countered.data?.items ?? []} />
              <ShowMore query={countered} />
            </div>
          );
        }}
      </Loaded>
    </Page>
  );
}

function Others({ title, requests }: { title: string; requests: readonly AccessRequest[] }) {
  if (requests.length === 0) return null;
  return (
    <section className="stack">
      <h2>{title}</h2>
      <ul className="plain-list">
        {inOrder(requests, 'urgent').map((request) => (
          <li key={request.id}>
            <RequestCard request={request} />
          </li>
        ))}
      </ul>
    </section>
  );
}
