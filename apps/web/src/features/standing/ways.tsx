import type { Standing } from '@countersign/api';
import { recurrenceText, scopeWords, wordFor } from '@countersign/wording';
import { useNames, useOrganisation } from '../../api/organisation.js';
import { numberText } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { GrantAccessBadge } from '../../ui/badge.js';
import { Instant } from '../../ui/clock.js';
import { Link } from '../../ui/link.js';
import { DataTable } from '../../ui/table.js';
import { standingTexts } from './standing.text.js';

type Way = Standing['ways'][number];

/** What is open now, the oldest first. */
export function WaySection({ standing: { ways, tenant } }: { standing: Standing }) {
  const text = useText(standingTexts);
  const organisation = useOrganisation();
  const name = useNames(ways.flatMap(({ owner }) => owner ?? []));
  return (
    <section className="stack near" aria-labelledby="ways">
      <h2 id="ways">{text.ways}</h2>
      <DataTable
        caption={text.ways}
        rows={ways}
        rowKey={(way) => `${way.kind} ${way.tenant} ${way.id} ${way.service}`}
        columns={[
          {
            label: text.kind,
            cell: ({ kind, recurs }) => (recurs === null ? text.kinds[kind] : text.recurring),
          },
          ...(tenant === null
            ? [{ label: text.tenant, cell: (way: Way) => organisation.tenant(way.tenant ?? '') }]
            : []),
          { label: text.owner, cell: ({ owner }) => (owner === null ? text.everyone : name(owner)) },
          { label: text.what, cell: (way) => <What way={way} /> },
          {
            label: text.now,
            cell: ({ access }) =>
              access === null ? '–' : <GrantAccessBadge access={access} endReason={null} />,
          },
          { label: text.since, cell: ({ since }) => <Instant at={since} /> },
          { label: text.until, cell: ({ until }) => (until === null ? text.never : <Instant at={until} />) },
        ]}
      />
    </section>
  );
}

function What({ way: { kind, id, service, scope, recurs } }: { way: Way }) {
  const text = useText(standingTexts);
  const language = useLanguage();
  const words = scopeWords(scope ?? [], language);
  if (kind === 'grant') return <Link to={`/grants/${id}`}>{words}</Link>;
  if (kind === 'invitation') return recurs === null ? words : `${words}, ${recurrenceText(recurs, language)}`;
  const basis = wordFor(text.basis, id) ?? id;
  return `${basis}: ${service ?? ''}, ${words}`;
}

/** The credentials of the reader's own side, the gateways, and how many each side's people have. */
export function CredentialSection({ standing: { credentials, counts } }: { standing: Standing }) {
  const text = useText(standingTexts);
  const language = useLanguage();
  const owner = useNames(credentials.flatMap((each) => each.owner ?? []));
  const number = (value: number) => numberText(value, language);
  return (
    <section className="stack near" aria-labelledby="credentials">
      <h2 id="credentials">{text.credentials}</h2>
      <p className="soft">{text.credentialsLead}</p>
      <p>
        {text.vendorsCounts(number(counts.vendor.apiKeys.count), number(counts.vendor.sessions.count))}{' '}
        {counts.tenant === null
          ? null
          : text.tenantsCounts(number(counts.tenant.apiKeys.count), number(counts.tenant.sessions.count))}
      </p>
      {credentials.length === 0 ? (
        <p className="soft">{text.noCredentials}</p>
      ) : (
        <DataTable
          caption={text.credentials}
          rows={credentials}
          rowKey={({ id }) => id}
          columns={[
            { label: text.kind, cell: ({ kind }) => text.credentialKinds[kind] },
            {
              label: text.owner,
              cell: (each) => (each.owner === null ? (each.name ?? '') : owner(each.owner)),
            },
            { label: text.since, cell: ({ since }) => <Instant at={since} /> },
            {
              label: text.until,
              cell: ({ until }) => (until === null ? text.never : <Instant at={until} />),
            },
          ]}
        />
      )}
    </section>
  );
}
