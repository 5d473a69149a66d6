import type { AccessRequest, Grant } from '@countersign/api';
import { OPEN_REQUEST_STATES } from '@countersign/contract';
import { scopeWords } from '@countersign/wording';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { manyGrantsQuery } from '../../api/grants.js';
import { useOrganisation } from '../../api/organisation.js';
import { ROWS } from '../../api/pagination.js';
import { manyRequestsQuery, type RequestFilter, RULES_REFETCH_MS } from '../../api/requests.js';
import { useSession } from '../../api/session.js';
import { useLanguage, useText } from '../../text/language.js';
import { Notice, REQUEST_LOOK, RequestBadges } from '../../ui/badge.js';
import { Instant } from '../../ui/clock.js';
import { Link } from '../../ui/link.js';
import { Page } from '../../ui/page.js';
import { Empty, Loaded, readNextPage, ShowMore } from '../../ui/query-states.js';
import { DataTable } from '../../ui/table.js';
import { requestStateTexts } from '../../ui/ui.text.js';
import { EngineerActions } from '../grants/engineer-actions.js';
import { GrantCard } from '../grants/grant-card.js';
import { apiFilter, useListChoice } from '../lists/list-filter.js';
import { ListFilters, NothingListed } from '../lists/list-filters.js';
import { myAccessTexts } from './my-access.text.js';
import { RequestCard } from './request-card.js';

const OPEN: ReadonlySet<AccessRequest['state']> = new Set(OPEN_REQUEST_STATES);

const STATES = Object.keys(REQUEST_LOOK) as AccessRequest['state'][];
const FIELDS = ['text', 'ticket', 'state', 'tenant', 'service', 'from', 'to'] as const;

/** `/mine`: an engineer's own requests and grants. */
export default function MinePage() {
  const text = useText(myAccessTexts);
  const words = useText(requestStateTexts);
  const { person } = useSession();
  const choice = useListChoice(FIELDS, STATES);
  const requests = useInfiniteQuery({
    ...manyRequestsQuery({ ...(apiFilter(choice) as RequestFilter), person }),
    refetchInterval: RULES_REFETCH_MS,
  });
  const active = useInfiniteQuery(manyGrantsQuery({ person, state: 'active' }));
  const scheduled = useInfiniteQuery(manyGrantsQuery({ person, state: 'scheduled' }));
  const live = [active, scheduled].flatMap(({ data }) => data?.items ?? []);
  return (
    <Page
      narrow
      title={text.title}
      actions={
        <Link className="button primary" to="/ask">
          {text.ask}
        </Link>
      }
    >
      <div className="stack loose">
        <ListFilters
          fields={FIELDS}
          choice={choice}
          states={Object.fromEntries(STATES.map((state) => [state, words[state]]))}
          rows={requests.data?.items ?? []}
        />
        <Loaded query={requests}>
          {({ items }) => {
            const open = items.filter(({ state }) => OPEN.has(state));
            const over = items.filter(({ state }) => !OPEN.has(state));
            if (items.length === 0 && live.length === 0 && !requests.hasNextPage)
              return (
                <NothingListed
                  choice={choice}
                  empty={
                    <Empty icon="closed" title={text.none}>
                      {text.noneLead}
                    </Empty>
                  }
                />
              );
            return (
              <div className="stack loose">
                {live.length === 0 ? null : <LiveGrants grants={live} />}
                <ShowMore query={active} />
                <ShowMore query={scheduled} />
                {open.length === 0 ? null : <OpenRequests requests={open} />}
                {over.length === 0 ? (
                  <ShowMore query={requests} />
                ) : (
                  <ClosedRequests requests={over} list={requests} />
                )}
              </div>
            );
          }}
        </Loaded>
      </div>
    </Page>
  );
}

function LiveGrants({ grants }: { grants: readonly Grant[] }) {
  const text = useText(myAccessTexts);
  return (
    <section className="stack">
      <h2>{text.open}</h2>
      {grants.map((grant) => (
        <GrantCard key={grant.id} grant={grant}>
          <EngineerActions grant={grant} />
        </GrantCard>
      ))}
    </section>
  );
}

/** Requests that are not decided yet. A notice marks those that wait for the engineer. */
function OpenRequests({ requests }: { requests: readonly AccessRequest[] }) {
  const text = useText(myAccessTexts);
  return (
    <section className="stack">
      <h2>{text.waiting}</h2>
      {requests.map((request) => (
        <div className="stack near" key={request.id}>
          {request.state === 'countered' || request.waiting?.for === 'requester' ? (
            <Notice tone="wait" icon="alert">
              <p>{request.state === 'countered' ? text.offered : text.asked}</p>
            </Notice>
          ) : null}
          <RequestCard request={request} showState />
        </div>
      ))}
    </section>
  );
}

/**
 * The first rows, and more with each press. All that were read are kept: the waiting requests, which stand above, may be anywhere
 * among them.
 *
 * @param list reads on once all rows are shown
 */
function ClosedRequests({
  requests,
  list,
}: {
  requests: readonly AccessRequest[];
  list: Parameters<typeof ShowMore>[0]['query'];
}) {
  const text = useText(myAccessTexts);
  const [shown, setShown] = useState(Number(ROWS));
  const isCut = requests.length > shown;
  const readOn = async () => {
    setShown(shown + Number(ROWS));
    return isCut ? undefined : readNextPage(list);
  };
  const language = useLanguage();
  const organisation = useOrganisation();
  return (
    <section className="stack near">
      <h2>{text.before}</h2>
      <DataTable
        caption={text.before}
        rows={requests.slice(0, shown)}
        rowKey={({ id }) => id}
        columns={[
          { label: text.when, cell: ({ createdAt }) => <Instant at={createdAt} /> },
          { label: text.tenant, cell: ({ tenant }) => organisation.tenant(tenant) },
          {
            label: text.what,
            cell: ({ id, terms }) => (
              <Link className="row-link" to={`/requests/${id}`}>
                {scopeWords(terms.scope, language)}
              </Link>
            ),
          },
          { label: text.state, cell: (request) => <RequestBadges request={request} /> },
        ]}
      />
      <ShowMore query={{ ...list, hasNextPage: isCut || list.hasNextPage === true, fetchNextPage: readOn }} />
    </section>
  );
}
