import { scopeWords } from '@countersign/wording';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import type { AccessRequest } from '../../api/client.js';
import { useNames, useOrganisation } from '../../api/organisation.js';
import { requestsQuery } from '../../api/requests.js';
import { isVendor, may, useSession } from '../../api/session.js';
import { useLanguage, useText } from '../../text/language.js';
import { REQUEST_LOOK, RequestBadges } from '../../ui/badge.js';
import { Instant } from '../../ui/clock.js';
import { Erased } from '../../ui/erased.js';
import { SelectField } from '../../ui/field.js';
import { Page } from '../../ui/page.js';
import { Empty, PagedList } from '../../ui/query-states.js';
import { DataTable } from '../../ui/table.js';
import { requestStateTexts } from '../../ui/ui.text.js';
import { ExportForm } from './export-form.js';
import { historyTexts } from './history.text.js';
import { Streams } from './streams.js';

type State = AccessRequest['state'];
const STATES = Object.keys(REQUEST_LOOK) as State[];

/** `/history`: every request that the reader may see, newest first, and an export of the recorded calls. */
export default function HistoryPage() {
  const text = useText(historyTexts);
  const words = useText(requestStateTexts);
  const session = useSession();
  const [state, setState] = useState<State | ''>('');
  return (
    <Page title={text.title} lead={text.lead}>
      <div className="stack loose">
        {may(session, 'log.read') ? <ExportForm /> : null}
        <div className="history-filter">
          <SelectField
            label={text.state}
            value={state}
            onChange={(event) => setState(event.target.value as State | '')}
          >
            <option value="">{text.all}</option>
            {STATES.map((each) => (
              <option key={each} value={each}>
                {words[each]}
              </option>
            ))}
          </SelectField>
        </div>
        <Requests state={state} />
        {may(session, 'export.read') ? <Streams /> : null}
      </div>
    </Page>
  );
}

function Requests({ state }: { state: State | '' }) {
  const text = useText(historyTexts);
  const query = useInfiniteQuery(requestsQuery(state === '' ? {} : { state }));
  return (
    <PagedList
      query={query}
      empty={
        <Empty icon="inbox" title={text.none}>
          {text.noneLead}
        </Empty>
      }
    >
      {(rows) => <RequestTable rows={rows} />}
    </PagedList>
  );
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
          cell: ({ id, terms }) => <Link to={`/requests/${id}`}>{scopeWords(terms.scope, language)}</Link>,
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
        { label: text.state, words: true, cell: (request) => <RequestBadges request={request} /> },
      ]}
    />
  );
}
