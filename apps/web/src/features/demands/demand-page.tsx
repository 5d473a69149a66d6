import type { Demand, DemandStep } from '@countersign/api';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { api } from '../../api/client.js';
import { useNames } from '../../api/organisation.js';
import { unwrap } from '../../api/problem.js';
import { may, useSession } from '../../api/session.js';
import { useText } from '../../text/language.js';
import { useParams } from '../../ui/address.js';
import { Notice } from '../../ui/badge.js';
import { Instant } from '../../ui/clock.js';
import { Help } from '../../ui/help.js';
import { Link } from '../../ui/link.js';
import { Page } from '../../ui/page.js';
import { Loaded } from '../../ui/query-states.js';
import { DataTable } from '../../ui/table.js';
import { DemandDocuments } from './demand-documents.js';
import { GagState } from './demand-parts.js';
import { demandsTexts } from './demands.text.js';
import { RecordStep } from './record-step.js';

const demandQuery = (id: string) =>
  queryOptions({
    queryKey: ['demand', id],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/demands/{id}', { params: { path: { id } }, signal })),
  });

/** `/demands/:id`: one demand with its steps and documents. */
export default function DemandPage() {
  const { id = '' } = useParams();
  return <Loaded query={useQuery(demandQuery(id))}>{(demand) => <DemandView demand={demand} />}</Loaded>;
}

function DemandView({ demand }: { demand: Demand }) {
  const text = useText(demandsTexts);
  const session = useSession();
  const { proposal } = demand;
  const nameOf = useNames([...demand.steps.map(({ person }) => person).filter((each) => each !== 'job')]);
  return (
    <Page title={demand.authority} lead={`${text.kinds[demand.kind]} · ${text.states[demand.state]}`}>
      <div className="stack loose">
        {proposal === null ? null : (
          <Notice tone="wait" icon="wait">
            <p>
              {text.proposal(nameOf(proposal.person))} <Instant at={proposal.until} />
            </p>
          </Notice>
        )}
        <Facts demand={demand} />
        <section className="stack near" aria-labelledby="steps">
          <h2 id="steps">{text.steps}</h2>
          <DataTable
            caption={text.steps}
            rows={demand.steps}
            rowKey={({ seq }) => seq}
            columns={[
              { label: text.when, cell: ({ at }) => <Instant at={at} seconds /> },
              { label: text.step, cell: (step) => <StepWords {...step} /> },
              { label: text.by, cell: ({ person }) => (person === 'job' ? text.job : nameOf(person)) },
              { label: text.why, cell: ({ reason }) => reason },
            ]}
          />
        </section>
        <DemandDocuments demand={demand} />
        {may(session, 'demand.step') ? <AskForAccess demand={demand} /> : null}
        {may(session, 'demand.step') ? <RecordStep demand={demand} /> : null}
      </div>
    </Page>
  );
}

/** Leads to the form for access, one customer at a time, while the demand may still lead to a disclosure. */
function AskForAccess({ demand: { id, state, tenants, sealed } }: { demand: Demand }) {
  const text = useText(demandsTexts);
  if (!MAY_DISCLOSE.has(state)) return null;
  return (
    <section className="stack near" aria-labelledby="access">
      <h2 id="access">{text.access}</h2>
      <p className="soft">{sealed ? text.accessSealed : text.accessLead}</p>
      <p className="row">
        {tenants.map((tenant) => (
          <Link key={tenant} className="button" to={`/ask?demand=${id}&tenant=${tenant}`}>
            {text.askFor(tenant)}
          </Link>
        ))}
      </p>
    </section>
  );
}

const MAY_DISCLOSE: ReadonlySet<Demand['state']> = new Set(['redirected', 'challenged', 'narrowed']);

function Facts({ demand }: { demand: Demand }) {
  const text = useText(demandsTexts);
  const { legalBasis, reference, data, scope, tenants, accounts, receivedAt, dueAt, gagOrder } = demand;
  return (
    <dl className="facts">
      <dt>{text.country}</dt>
      <dd>{demand.country}</dd>
      <dt>{text.legalBasis}</dt>
      <dd>{legalBasis}</dd>
      {reference === null ? null : (
        <>
          <dt>{text.reference}</dt>
          <dd>{reference}</dd>
        </>
      )}
      <dt>{text.data}</dt>
      <dd>{data}</dd>
      <dt>{text.scope}</dt>
      <dd>{scope}</dd>
      <dt>{text.about}</dt>
      <dd>{tenants.join(', ')}</dd>
      <dt>{text.accounts}</dt>
      <dd>{accounts.length === 0 ? '–' : accounts.join(', ')}</dd>
      <dt>{text.received}</dt>
      <dd>
        <Instant at={receivedAt} />
      </dd>
      {dueAt === null ? null : (
        <>
          <dt>{text.due}</dt>
          <dd>
            <Instant at={dueAt} />
          </dd>
        </>
      )}
      <dt>
        {text.gag} <Help about="sealed-log" word={text.gag} />
      </dt>
      <dd>
        <GagState {...demand} />
        {gagOrder === null ? null : <span className="block soft small">{gagOrder}</span>}
      </dd>
    </dl>
  );
}

function StepWords({ action, outcome, scope, withContent, accounts, grant, until }: DemandStep) {
  const text = useText(demandsTexts);
  return (
    <>
      {text.actions[action]}
      {outcome === null ? null : <span className="block soft small">{text.outcomes[outcome]}</span>}
      {scope === null ? null : <span className="block soft small">{scope}</span>}
      {withContent === null ? null : (
        <span className="block soft small">{withContent ? text.withContent : text.withoutContent}</span>
      )}
      {accounts === null ? null : (
        <span className="block soft small">
          {text.accountsAffected}: {accounts}
        </span>
      )}
      {grant === null ? null : (
        <span className="block small">
          <Link to={`/grants/${grant}`}>{text.grant}</Link>
        </span>
      )}
      {until === null ? null : (
        <span className="block soft small">
          <Instant at={until} />
        </span>
      )}
    </>
  );
}
