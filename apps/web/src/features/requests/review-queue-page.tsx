import type { AccessRequest } from '@countersign/api';
import { useSession } from '../../api/session.js';
import { useText } from '../../text/language.js';
import { Page } from '../../ui/page.js';
import { Empty } from '../../ui/query-states.js';
import { useListChoice } from '../lists/list-filter.js';
import { RequestCard } from './request-card.js';
import { reviewQueueTexts } from './review-queue.text.js';
import { WaitingRequests } from './waiting-requests.js';

const FIELDS = ['text', 'ticket', 'tenant', 'service', 'person', 'from', 'to'] as const;

/** `/queue`: the requests that wait for the vendor's review. A reviewer can approve them here. */
export default function QueuePage() {
  const text = useText(reviewQueueTexts);
  const session = useSession();
  const choice = useListChoice(FIELDS);
  return (
    <Page title={text.title} lead={text.lead}>
      <WaitingRequests
        state="awaiting_vendor"
        fields={FIELDS}
        choice={choice}
        empty={
          <Empty icon="inbox" title={text.none}>
            {text.noneLead}
          </Empty>
        }
      >
        {(items) => <Own requests={items.filter(({ requester }) => requester === session.person)} />}
      </WaitingRequests>
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
        <RequestCard key={request.id} request={request} />
      ))}
    </section>
  );
}
