import type { OrganisationInForce } from '@countersign/api';
import { durationText } from '@countersign/wording';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { type Key, type ReactNode, useState } from 'react';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { may, useSession } from '../../api/session.js';
import { numberText } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { CopyId } from '../../ui/copy.js';
import { Page } from '../../ui/page.js';
import { Loaded } from '../../ui/query-states.js';
import { DataTable } from '../../ui/table.js';
import { CompareFile } from './compare-file.js';
import { OrganisationHistory } from './history.js';
import { organisationTexts } from './organisation.text.js';

const inForceQuery = queryOptions({
  queryKey: ['organisation-in-force'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/organisation/in-force', { signal })),
});

/** `/organisation`: what is in force, what a new organisation file would change, and every file that was applied. */
export default function OrganisationPage() {
  const text = useText(organisationTexts);
  const session = useSession();
  const inForce = useQuery(inForceQuery);
  return (
    <Page help="organisation-file" title={text.title} lead={text.lead}>
      <div className="stack loose">
        <Loaded query={inForce}>{(found) => <InForce organisation={found} />}</Loaded>
        {may(session, 'organisation.preview') ? <CompareFile /> : <p className="soft">{text.onlySecurity}</p>}
        <OrganisationHistory />
      </div>
    </Page>
  );
}

function InForce({
  organisation: { hash, vendor, services, tenants },
}: {
  organisation: OrganisationInForce;
}) {
  const text = useText(organisationTexts);
  const language = useLanguage();
  return (
    <section className="stack" aria-labelledby="in-force">
      <h2 id="in-force">{text.inForce}</h2>
      <dl className="facts">
        <dt>{text.hash}</dt>
        <dd>
          <CopyId id={hash} />
          <span className="block soft small">{text.hashLead}</span>
        </dd>
        <dt>{text.policy}</dt>
        <dd>{vendor.policy === null ? text.noPolicy : <VendorPolicy policy={vendor.policy} />}</dd>
      </dl>
      <Rows
        title={text.services}
        rows={services}
        rowKey={({ name }) => name}
        columns={[
          { label: text.service, cell: ({ name }) => <span className="strong">{name}</span> },
          { label: text.routes, number: true, cell: ({ routes }) => numberText(routes, language) },
          { label: text.forWhom, cell: ({ tenants: of }) => of?.join(', ') ?? text.everyCustomer },
        ]}
      />
      <Rows
        title={text.customers}
        rows={tenants}
        rowKey={({ slug }) => slug}
        columns={[
          {
            label: text.customer,
            cell: ({ name, slug }) => (
              <>
                <span className="strong">{name}</span> <span className="soft small mono">{slug}</span>
              </>
            ),
          },
          { label: text.people, number: true, cell: ({ people }) => numberText(people, language) },
          { label: text.signIn, cell: ({ signIn }) => (signIn ? text.ownSignIn : text.mailSignIn) },
          { label: text.webhooks, number: true, cell: ({ webhooks }) => numberText(webhooks, language) },
        ]}
      />
      <Rows
        title={text.staff}
        rows={vendor.staff}
        rowKey={({ id }) => id}
        columns={[
          { label: text.name, cell: ({ name }) => <span className="strong">{name}</span> },
          { label: text.email, cell: ({ email }) => email },
          { label: text.roles, cell: ({ roles }) => roles.join(', ') },
          { label: text.groups, cell: ({ groups = [] }) => groups.join(', ') || text.nothing },
        ]}
      />
    </section>
  );
}

function VendorPolicy({ policy }: { policy: NonNullable<OrganisationInForce['vendor']['policy']> }) {
  const text = useText(organisationTexts);
  const language = useLanguage();
  return (
    <ul className="bullets">
      <li>
        {text.reviews}: {policy.vendorReviews}
      </li>
      <li>
        {text.longest}: {durationText(policy.maxDuration, language)}
      </li>
      <li>
        {text.pending}: {durationText(policy.requestTtl, language)}
      </li>
    </ul>
  );
}

const FIRST_ROWS = 50;

/** A list that arrives whole: its first rows, and the rest on demand. */
function Rows<T>({
  title,
  rows,
  rowKey,
  columns,
}: {
  title: string;
  rows: readonly T[];
  rowKey: (row: T) => Key;
  columns: { label: string; number?: boolean; cell: (row: T) => ReactNode }[];
}) {
  const text = useText(organisationTexts);
  const language = useLanguage();
  const [isWhole, setWhole] = useState(rows.length <= FIRST_ROWS);
  return (
    <details className="details" open={rows.length <= 10}>
      <summary>
        <h3>
          {title} <span className="soft">({numberText(rows.length, language)})</span>
        </h3>
      </summary>
      <DataTable
        caption={title}
        rows={isWhole ? rows : rows.slice(0, FIRST_ROWS)}
        rowKey={rowKey}
        columns={columns}
      />
      {isWhole ? null : (
        <p>
          <Button onClick={() => setWhole(true)}>{text.all(numberText(rows.length, language))}</Button>
        </p>
      )}
    </details>
  );
}
