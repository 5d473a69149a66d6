import type { Demand } from '@countersign/api';
import { useInfiniteQuery } from '@tanstack/react-query';
import { api } from '../../api/client.js';
import { listQuery } from '../../api/pagination.js';
import { unwrap } from '../../api/problem.js';
import { may, useSession } from '../../api/session.js';
import { useText } from '../../text/language.js';
import { Instant } from '../../ui/clock.js';
import { Link } from '../../ui/link.js';
import { Page } from '../../ui/page.js';
import { TableSection } from '../../ui/table.js';
import { useListChoice } from '../lists/list-filter.js';
import { ListFilters, NothingListed } from '../lists/list-filters.js';
import { GagState } from './demand-parts.js';
import { demandsTexts } from './demands.text.js';
import { EnterDemand } from './enter-demand.js';

const FIELDS = ['state', 'tenant'] as const;

type DemandFilter = { state?: Demand['state']; tenant?: string };

const demandsQuery = (filter: DemandFilter) =>
  listQuery(['demands', filter], (page, signal) =>
    unwrap(api.GET('/api/v1/demands', { params: { query: { ...filter, ...page } }, signal })),
  );

/** `/demands`: for the vendor's legal counsel; its auditors read. */
export default function DemandsPage() {
  const text = useText(demandsTexts);
  const session = useSession();
  const choice = useListChoice(FIELDS, Object.keys(text.states));
  const demands = useInfiniteQuery(demandsQuery(choice as DemandFilter));
  return (
    <Page help="demand" title={text.title} lead={text.lead}>
      <div className="stack loose">
        <TableSection
          id="demands"
          title={text.list}
          query={demands}
          empty={<NothingListed choice={choice} empty={<p className="soft">{text.none}</p>} />}
          columns={[
            { label: text.received, cell: ({ receivedAt }) => <Instant at={receivedAt} /> },
            {
              label: text.authority,
              cell: ({ id, authority, country }) => (
                <>
                  <Link className="row-link" to={`/demands/${id}`}>
                    {authority}
                  </Link>{' '}
                  ({country})
                </>
              ),
            },
            { label: text.kind, cell: ({ kind }) => text.kinds[kind] },
            { label: text.about, cell: ({ tenants }) => tenants.join(', ') },
            { label: text.state, cell: ({ state }) => text.states[state] },
            { label: text.gag, cell: (line) => <GagState {...line} /> },
          ]}
        >
          <ListFilters fields={FIELDS} choice={choice} states={text.states} />
        </TableSection>
        {may(session, 'demand.enter') ? <EnterDemand /> : null}
      </div>
    </Page>
  );
}
