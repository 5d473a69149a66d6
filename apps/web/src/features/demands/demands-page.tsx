import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { api } from '../../api/client.js';
import { listQuery } from '../../api/pagination.js';
import { unwrap } from '../../api/problem.js';
import { may, useSession } from '../../api/session.js';
import { useText } from '../../text/language.js';
import { Instant } from '../../ui/clock.js';
import { Page } from '../../ui/page.js';
import { TableSection } from '../../ui/table.js';
import { GagState } from './demand-parts.js';
import { demandsTexts } from './demands.text.js';
import { EnterDemand } from './enter-demand.js';

const demandsQuery = listQuery(['demands'], (page, signal) =>
  unwrap(api.GET('/api/v1/demands', { params: { query: page }, signal })),
);

/** `/demands`: for the vendor's legal counsel; its auditors read. */
export default function DemandsPage() {
  const text = useText(demandsTexts);
  const session = useSession();
  const demands = useInfiniteQuery(demandsQuery);
  return (
    <Page title={text.title} lead={text.lead}>
      <div className="stack loose">
        <TableSection
          id="demands"
          title={text.list}
          query={demands}
          empty={text.none}
          columns={[
            { label: text.received, cell: ({ receivedAt }) => <Instant at={receivedAt} /> },
            {
              label: text.authority,
              cell: ({ id, authority, country }) => (
                <>
                  <Link to={`/demands/${id}`}>{authority}</Link> ({country})
                </>
              ),
            },
            { label: text.kind, cell: ({ kind }) => text.kinds[kind] },
            { label: text.about, cell: ({ tenants }) => tenants.join(', ') },
            { label: text.state, cell: ({ state }) => text.states[state] },
            { label: text.gag, cell: (line) => <GagState {...line} /> },
          ]}
        />
        {may(session, 'demand.enter') ? <EnterDemand /> : null}
      </div>
    </Page>
  );
}
