import { useInfiniteQuery } from '@tanstack/react-query';
import type { AccessRequest } from '../../api/client.js';
import { requestsQuery } from '../../api/requests.js';
import { useSession } from '../../api/session.js';
import { useText } from '../../text/language.js';
import { Page } from '../../ui/page.js';
import { Empty, Loaded, ShowMore } from '../../ui/query-states.js';
import { ClaimOffer } from '../claim/claim-offer.js';
import { availableAction } from '../decision/available-action.js';
import { inboxTexts } from './inbox.text.js';
import { RequestCard } from './request-card.js';

/** `/inbox`: the requests that wait for this approver, the most urgent first. */
export default function InboxPage() {
  const text = useText(inboxTexts);
  const session = useSession();
  const waiting = useInfiniteQuery(requestsQuery({ state: 'awaiting_customer' }));
  const countered = useInfiniteQuery(requestsQuery({ state: 'countered' }));
  return (
    <Page narrow title={text.title}>
      <Loaded query={waiting}>
        {({ items }) => {
          const open = items.filter((request) => availableAction(request, session) === 'decide');
          const decided = items.filter((request) => availableAction(request, session) === 'decided');
          return (
            <div className="stack loose">
              <ClaimOffer />
              {open.length === 0 && !waiting.hasNextPage ? (
                <Empty icon="inbox" title={text.none}>
                  {text.noneLead}
                </Empty>
              ) : (
                <List requests={open} />
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

function Others({ title, requests }: { title: string; requests: AccessRequest[] }) {
  if (requests.length === 0) return null;
  return (
    <section className="stack">
      <h2>{title}</h2>
      <List requests={requests} />
    </section>
  );
}

function List({ requests }: { requests: readonly AccessRequest[] }) {
  return (
    <ul className="plain-list">
      {soonestFirst(requests).map((request) => (
        <li key={request.id}>
          <RequestCard request={request} />
        </li>
      ))}
    </ul>
  );
}

const soonestFirst = (requests: readonly AccessRequest[]): AccessRequest[] =>
  [...requests].sort((one, other) => Date.parse(one.lapsesAt) - Date.parse(other.lapsesAt));
