import type { Grant } from '@countersign/api';
import { durationText, LOCALES } from '@countersign/wording';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.js';
import { useNames } from '../../api/organisation.js';
import { MOST_ITEMS } from '../../api/pagination.js';
import { unwrap } from '../../api/problem.js';
import { useSession } from '../../api/session.js';
import { numberText, readerZone } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { Bar, ColumnChart } from '../../ui/chart.js';
import { Instant, useNow } from '../../ui/clock.js';
import { Link } from '../../ui/link.js';
import { Loaded } from '../../ui/query-states.js';
import { DataTable } from '../../ui/table.js';
import { glanceTexts } from './glance.text.js';
import { accessByWeek, newestBegun } from './glance-figures.js';

/**
 * Charts of the newest access that the reader may see, each with its table. Nothing is read until someone opens them. Readers may
 * list the accesses that the charts count, so the bands of published reports (decision 38) do not apply.
 */
export function Glance() {
  const text = useText(glanceTexts);
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="sheet details no-print" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <h2>{text.title}</h2>
      </summary>
      {isOpen ? <Charts /> : null}
    </details>
  );
}

function Charts() {
  const { tenant } = useSession();
  const newest = useQuery({
    queryKey: ['grants', 'newest'],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/grants', { params: { query: { limit: MOST_ITEMS } }, signal })),
  });
  return (
    <Loaded query={newest}>
      {({ items, next }) => (
        <div className="stack loose">
          <Weeks grants={items} hasMore={next !== null} />
          {tenant === null ? null : <DecisionTimes slug={tenant} />}
          <CallsPerGrant grants={newestBegun(items)} />
        </div>
      )}
    </Loaded>
  );
}

function Weeks({ grants, hasMore }: { grants: readonly Grant[]; hasMore: boolean }) {
  const text = useText(glanceTexts);
  const language = useLanguage();
  const now = useNow(60_000);
  const day = new Intl.DateTimeFormat(LOCALES[language], {
    day: 'numeric',
    month: 'short',
    timeZone: readerZone(),
  });
  const columns = accessByWeek(grants, hasMore, new Date(now)).map(({ monday, count }) => ({
    label: day.format(monday),
    value: count,
    shown: numberText(count, language),
  }));
  return (
    <ColumnChart
      title={text.weeks}
      labels={text.week}
      values={text.count}
      columns={columns}
      tip={text.weekTitle}
    />
  );
}

function DecisionTimes({ slug }: { slug: string }) {
  const text = useText(glanceTexts);
  const language = useLanguage();
  const { data } = useQuery({
    queryKey: ['requests', 'decision-times', slug],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/tenants/{slug}/decision-times', { params: { path: { slug } }, signal })),
  });
  if (data === undefined) return null;
  const { count, median, p90 } = data;
  return (
    <section className="stack near" aria-labelledby="decision-times">
      <h3 id="decision-times">{text.times}</h3>
      {median === null || p90 === null ? (
        <p className="soft">{text.tooFew}</p>
      ) : (
        <>
          <p className="soft">{text.timesOf(numberText(count, language))}</p>
          <DataTable
            caption={text.times}
            rows={[
              { label: text.median, seconds: median },
              { label: text.p90, seconds: p90 },
            ]}
            rowKey={({ label }) => label}
            columns={[
              { label: text.figure, cell: ({ label }) => label },
              {
                label: text.time,
                cell: ({ seconds }) => (
                  <Bar value={seconds} most={Math.max(p90, 1)}>
                    {durationText(Math.max(1, Math.round(seconds)), language)}
                  </Bar>
                ),
              },
            ]}
          />
        </>
      )}
    </section>
  );
}

function CallsPerGrant({ grants }: { grants: readonly Grant[] }) {
  const text = useText(glanceTexts);
  const language = useLanguage();
  const name = useNames(grants.map(({ requester }) => requester));
  const most = Math.max(1, ...grants.map(({ used }) => used.calls));
  return (
    <section className="stack near" aria-labelledby="calls-per-grant">
      <h3 id="calls-per-grant">{text.calls}</h3>
      {grants.length === 0 ? (
        <p className="soft">{text.none}</p>
      ) : (
        <>
          <p className="soft">{text.callsLead}</p>
          <DataTable
            caption={text.calls}
            rows={grants}
            rowKey={({ id }) => id}
            columns={[
              {
                label: text.access,
                cell: ({ id, requester, service, startsAt }) => (
                  <>
                    <Link className="row-link" to={`/grants/${id}`}>
                      {name(requester)}, {service}
                    </Link>{' '}
                    <span className="soft small">{startsAt === null ? null : <Instant at={startsAt} />}</span>
                  </>
                ),
              },
              {
                label: text.allowed,
                cell: ({ used }) => (
                  <Bar value={used.calls} most={most}>
                    {numberText(used.calls, language)}
                  </Bar>
                ),
              },
            ]}
          />
        </>
      )}
    </section>
  );
}
