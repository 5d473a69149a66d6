import type { AccessRequest } from '@countersign/api';
import { scopeWords } from '@countersign/wording';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNames, useOrganisation } from '../../api/organisation.js';
import { type RequestFilter, requestsQuery } from '../../api/requests.js';
import { isVendor, may, useSession } from '../../api/session.js';
import { useLanguage, useText } from '../../text/language.js';
import { REQUEST_LOOK, RequestBadges } from '../../ui/badge.js';
import { Instant } from '../../ui/clock.js';
import { Erased } from '../../ui/erased.js';
import { Link } from '../../ui/link.js';
import { Page } from '../../ui/page.js';
import { Empty, PagedList } from '../../ui/query-states.js';
import { DataTable } from '../../ui/table.js';
import { requestStateTexts } from '../../ui/ui.text.js';
import { apiFilter, type FilterField, useListChoice } from '../lists/list-filter.js';
import { ListFilters, NothingListed } from '../lists/list-filters.js';
import { ExportForm } from './export-form.js';
import { historyTexts } from './history.text.js';
import { RequestExport } from './request-export.js';
import { Streams } from './streams.js';

type State = AccessRequest['state'];
const STATES = Object.keys(REQUEST_LOOK) as State[];
const FIELDS = ['text', 'ticket', 'state', 'service', 'person', 'from', 'to'] as const;

/** `/history`: every request that the reader may see, newest first, and exports of requests and recorded calls. */
export default function HistoryPage() {
  const text = useText(historyTexts);
  const words = useText(requestStateTexts);
  const session = useSession();
  const fields: readonly FilterField[] = isVendor(session) ? [...FIELDS, 'tenant'] : FIELDS;
  const choice = useListChoice(fields, STATES);
  const filter = apiFilter(choice) as RequestFilter;
  const query = useInfiniteQuery(requestsQuery(filter));
  return (
    <Page title={text.title} lead={text.lead}>
      <div className="stack loose">
        {may(session, 'log.read') ? <ExportForm /> : null}
        <div className="stack">
          <ListFilters
            fields={fields}
            choice={choice}
            states={Object.fromEntries(STATES.map((state) => [state, words[state]]))}
            rows={query.data?.items ?? []}
          />
          <RequestExport filter={filter} />
          <PagedList
            query={query}
            empty={
              <NothingListed
                choice={choice}
                hasMore={query.hasNextPage}
                empty={
                  <Empty icon="inbox" title={text.none}>
                    {text.noneLead}
                  </Empty>
                }
              />
            }
          >
            {(rows) => <RequestTable rows={rows} />}
          </PagedList>
        </div>
        {may(session, 'export.read') ? <Streams /> : null}
      </div>
    </Page>
  );
}

function Ticket({ ticket, erased }: AccessRequest) {
  return ticket ?? (erased['ticket'] === undefined ? '–' : <Erased erased={erased['ticket']} />);
}

function RequestTable({ rows }: { rows: readonly AccessRequest[] }) {
  const text = useText(historyTexts);
  const language = useLanguage();
  const session = useSession();
  const organisation = useOrganisation();
  const name = useNames(rows.map(({ requester }) => requester));
  return (
    <DataTable
      caption={text.title}
      rows={rows}
      rowKey={({ id }) => id}
      columns={[
        { label: text.when, words: true, cell: ({ createdAt }) => <Instant at={createdAt} /> },
        { label: text.who, words: true, cell: ({ requester }) => name(requester) },
        ...(isVendor(session)
          ? [{ label: text.tenant, cell: ({ tenant }: AccessRequest) => organisation.tenant(tenant) }]
          : []),
        {
          label: text.what,
          cell: ({ id, terms }) => (
            <Link className="row-link" to={`/requests/${id}`}>
              {scopeWords(terms.scope, language)}
            </Link>
          ),
        },
        {
          label: text.why,
          cell: ({ justification, erased }) =>
            justification === null ? (
              <Erased erased={erased['justification']} />
            ) : (
              <span className="clamp">{justification}</span>
            ),
        },
        { label: text.ticket, cell: (row) => <Ticket {...row} /> },
        { label: text.state, words: true, cell: (request) => <RequestBadges request={request} /> },
      ]}
    />
  );
}
