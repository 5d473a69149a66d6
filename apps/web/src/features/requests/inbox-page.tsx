import type { AccessRequest } from '@countersign/api';
import { useInfiniteQuery } from '@tanstack/react-query';
import { type RequestFilter, requestsQuery } from '../../api/requests.js';
import { useSession } from '../../api/session.js';
import { useText } from '../../text/language.js';
import { Page } from '../../ui/page.js';
import { Empty, ShowMore } from '../../ui/query-states.js';
import { ClaimOffer } from '../claim/claim-offer.js';
import { availableAction } from '../decision/available-action.js';
import { apiFilter, useListChoice } from '../lists/list-filter.js';
import { inboxTexts } from './inbox.text.js';
import { inOrder } from './queue.js';
import { RequestCard } from './request-card.js';
import { WaitingRequests } from './waiting-requests.js';

const FIELDS = ['text', 'ticket', 'service', 'person', 'from', 'to'] as const;

/** `/inbox`: the requests that wait for this approver, the most urgent first. */
export default function InboxPage() {
  const text = useText(inboxTexts);
  const session = useSession();
  const choice = useListChoice(FIELDS);
  const countered = useInfiniteQuery(
    requestsQuery({ ...(apiFilter(choice) as RequestFilter), state: 'countered' }),
  );
  return (
    <Page title={text.title}>
      <div className="stack loose">
        <ClaimOffer />
        <WaitingRequests
          state="awaiting_customer"
          fields={FIELDS}
          choice={choice}
          empty={
            <Empty icon="inbox" title={text.none}>
              {text.noneLead}
            </Empty>
          }
        >
          {(items) => (
            <>
              <Others
                title={text.decided}
                requests={items.filter((request) => availableAction(request, session) === 'decided')}
              />
              <Others title={text.offered} requests={countered.data?.items ?? []} />
              <ShowMore query={countered} />
            </>
          )}
        </WaitingRequests>
      </div>
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
