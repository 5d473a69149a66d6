import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { AccessRequest } from '../../api/client.js';
import { requestsQuery } from '../../api/requests.js';
import { useSession } from '../../api/session.js';
import { useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { Page } from '../../ui/page.js';
import { Empty, Loaded, ProblemNotice, ShowMore } from '../../ui/query-states.js';
import { availableAction } from '../decision/available-action.js';
import { useDecide } from '../decision/decide.js';
import { RequestCard } from './request-card.js';
import { reviewQueueTexts } from './review-queue.text.js';

/** `/queue`: the requests that wait for the vendor's review. A reviewer can approve them here. */
export default function QueuePage() {
  const text = useText(reviewQueueTexts);
  const session = useSession();
  const waiting = useInfiniteQuery(requestsQuery({ state: 'awaiting_vendor' }));
  const [announcement, setAnnouncement] = useState('');
  return (
    <Page narrow title={text.title} lead={text.lead}>
      <p className="visually-hidden" role="status">
        {announcement}
      </p>
      <Loaded query={waiting}>
        {({ items }) => {
          const open = items.filter((request) => availableAction(request, session) === 'decide');
          const own = items.filter(({ requester }) => requester === session.person);
          return (
            <div className="stack loose">
              {open.length === 0 && !waiting.hasNextPage ? (
                <Empty icon="inbox" title={text.none}>
                  {text.noneLead}
                </Empty>
              ) : (
                <ul className="plain-list">
                  {open.map((request) => (
                    <li key={request.id}>
                      <Reviewable request={request} onApproved={() => setAnnouncement(text.approved)} />
                    </li>
                  ))}
                </ul>
              )}
              <ShowMore query={waiting} />
              {own.length === 0 ? null : (
                <section className="stack">
                  <h2>{text.own}</h2>
                  {own.map((request) => (
                    <RequestCard key={request.id} request={request} decides={false} />
                  ))}
                </section>
              )}
            </div>
          );
        }}
      </Loaded>
    </Page>
  );
}

function Reviewable({ request, onApproved }: { request: AccessRequest; onApproved: () => void }) {
  const text = useText(reviewQueueTexts);
  const decide = useDecide(request, null, onApproved);
  return (
    <div className="stack near">
      {decide.error === null ? null : <ProblemNotice error={decide.error} />}
      <RequestCard request={request}>
        <Button
          look="primary"
          icon="done"
          busy={decide.isPending}
          onClick={() => decide.mutate({ decision: 'approve', digest: request.digest })}
        >
          {text.approve}
        </Button>
      </RequestCard>
    </div>
  );
}
