import { scopeWords } from '@countersign/wording';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import type { AccessRequest } from '../../api/client.js';
import { useOrganisation } from '../../api/organisation.js';
import { grantsQuery, requestsQuery } from '../../api/queries.js';
import { useSession } from '../../api/session.js';
import { useLanguage, useText } from '../../text/language.js';
import { Notice } from '../../ui/badge.js';
import { Instant } from '../../ui/clock.js';
import { More } from '../../ui/listed.js';
import { Page } from '../../ui/page.js';
import { RequestState } from '../../ui/state-badges.js';
import { Empty, Loaded } from '../../ui/states.js';
import { DataTable } from '../../ui/table.js';
import { GrantCard } from '../access/grant-card.js';
import { RequestCard } from '../inbox/request-card.js';
import { Work } from '../live/work.js';
import { mineTexts } from './mine.text.js';

const OPEN: ReadonlySet<AccessRequest['state']> = new Set([
  'awaiting_vendor',
  'awaiting_customer',
  'countered',
]);

/** `/mine`: an engineer's requests and grants, as they stand. */
export default function MinePage() {
  const text = useText(mineTexts);
  const { person } = useSession();
  const requests = useInfiniteQuery(requestsQuery({ person }));
  const active = useInfiniteQuery(grantsQuery({ person, state: 'active' }));
  const scheduled = useInfiniteQuery(grantsQuery({ person, state: 'scheduled' }));
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
      <Loaded query={requests}>
        {({ items }) => {
          const open = items.filter(({ state }) => OPEN.has(state));
          const over = items.filter(({ state }) => !OPEN.has(state));
          if (items.length === 0)
            return (
              <Empty icon="closed" title={text.none}>
                {text.noneLead}
              </Empty>
            );
          return (
            <div className="stack loose">
              {live.length === 0 ? null : (
                <section className="stack">
                  <h2>{text.open}</h2>
                  {live.map((grant) => (
                    <GrantCard key={grant.id} grant={grant}>
                      <Work grant={grant} />
                    </GrantCard>
                  ))}
                </section>
              )}
              <More query={active} />
              <More query={scheduled} />
              {open.length === 0 ? null : (
                <section className="stack">
                  <h2>{text.waiting}</h2>
                  {open.map((request) => (
                    <div className="stack near" key={request.id}>
                      {request.state === 'countered' ? (
                        <Notice tone="wait" icon="alert">
                          <p>{text.offered}</p>
                        </Notice>
                      ) : null}
                      <RequestCard request={request} showState decides={false} />
                    </div>
                  ))}
                </section>
              )}
              {over.length === 0 ? null : <Over requests={over} />}
              <More query={requests} />
            </div>
          );
        }}
      </Loaded>
    </Page>
  );
}

function Over({ requests }: { requests: readonly AccessRequest[] }) {
  const text = useText(mineTexts);
  const language = useLanguage();
  const organisation = useOrganisation();
  return (
    <section className="stack near">
      <h2>{text.before}</h2>
      <DataTable
        caption={text.before}
        rows={requests}
        rowKey={({ id }) => id}
        columns={[
          { label: text.when, cell: ({ createdAt }) => <Instant at={createdAt} /> },
          { label: text.tenant, cell: ({ tenant }) => organisation.tenant(tenant) },
          {
            label: text.what,
            cell: ({ id, terms }) => <Link to={`/requests/${id}`}>{scopeWords(terms.scope, language)}</Link>,
          },
          { label: text.state, cell: ({ state }) => <RequestState state={state} /> },
        ]}
      />
    </section>
  );
}
