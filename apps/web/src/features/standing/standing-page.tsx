import type { Standing } from '@countersign/api';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.js';
import { locksQuery } from '../../api/grants.js';
import { useOrganisation } from '../../api/organisation.js';
import { unwrap } from '../../api/problem.js';
import { isVendor, may, useSession } from '../../api/session.js';
import { numberText, utcDayText } from '../../text/clock.js';
import { useLanguage, useText } from '../../text/language.js';
import { Notice } from '../../ui/badge.js';
import { SelectField } from '../../ui/field.js';
import { Page } from '../../ui/page.js';
import { Loaded } from '../../ui/query-states.js';
import { isBlocked, REFETCH_MS, useWholeStop } from '../grants/blocked.js';
import { CoverageSection } from './coverage-section.js';
import { isLockedWay } from './locked-ways.js';
import { standingTexts } from './standing.text.js';
import { CredentialSection, WaySection } from './ways.js';

const standingQuery = (tenant: string) => ({
  queryKey: ['standing', tenant],
  refetchInterval: 15_000,
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    unwrap(api.GET('/api/v1/standing', { params: { query: tenant === '' ? {} : { tenant } }, signal })),
});

/** `/standing`: every way in that is open now, for a customer and for the vendor's auditors and security admins. */
export default function StandingPage() {
  const text = useText(standingTexts);
  const session = useSession();
  const [tenant, setTenant] = useState('');
  const standing = useQuery(standingQuery(tenant));
  return (
    <Page help="standing-access" title={text.title} lead={text.lead}>
      <div className="stack loose">
        {isVendor(session) ? <TenantChoice value={tenant} onChange={setTenant} /> : null}
        <Loaded query={standing}>{(found) => <Found standing={found} />}</Loaded>
      </div>
    </Page>
  );
}

function TenantChoice({ value, onChange }: { value: string; onChange: (slug: string) => void }) {
  const text = useText(standingTexts);
  const { tenants } = useOrganisation();
  return (
    <SelectField label={text.whose} value={value} onChange={(event) => onChange(event.target.value)}>
      <option value="">{text.everyTenant}</option>
      {tenants.map(({ slug, name }) => (
        <option key={slug} value={slug}>
          {name}
        </option>
      ))}
    </SelectField>
  );
}

function Found({ standing }: { standing: Standing }) {
  const text = useText(standingTexts);
  const language = useLanguage();
  // Under a lock of all, an invitation lets no one in either.
  const isAllBlocked = useWholeStop() !== null;
  const session = useSession();
  const locks = useInfiniteQuery({
    ...locksQuery,
    enabled: may(session, 'lock.read'),
    refetchInterval: REFETCH_MS,
  }).data?.items;
  const blocked = standing.ways.filter(
    (way) => isAllBlocked || isBlocked(way) || isLockedWay(way, standing.ways, locks ?? []),
  ).length;
  const open = standing.ways.length - blocked;
  return (
    <>
      <Notice
        tone={open > 0 ? 'open' : blocked > 0 ? 'stop' : 'plain'}
        icon={open > 0 ? 'open' : blocked > 0 ? 'stop' : 'closed'}
      >
        <p className="strong">
          {open > 0 ? text.some(numberText(open, language)) : blocked > 0 ? text.noneOpen : text.zero}
        </p>
        {blocked > 0 ? <p>{text.blocked(numberText(blocked, language))}</p> : null}
        {standing.zero ? <p>{text.zeroLead}</p> : null}
        <p className="soft">{text.silence}</p>
      </Notice>
      {standing.zero ? null : <WaySection standing={standing} />}
      <CoverageSection coverage={standing.coverage} />
      {standing.tenant === null ? null : <Stated stated={standing.stated} />}
      <CredentialSection standing={standing} />
    </>
  );
}

function Stated({ stated }: Pick<Standing, 'stated'>) {
  const text = useText(standingTexts);
  const language = useLanguage();
  return (
    <section className="stack near" aria-labelledby="stated">
      <h2 id="stated">{text.stated}</h2>
      {stated === null ? (
        <p className="soft">{text.notStated}</p>
      ) : (
        <p>
          {stated.zero
            ? text.statedZero(utcDayText(stated.day, language))
            : text.statedSome(
                utcDayText(stated.day, language),
                numberText(stated.ways.length + stated.more, language),
              )}{' '}
          <span className="soft">
            {text.leaf} <span className="mono">{stated.leaf}</span>
          </span>
        </p>
      )}
    </section>
  );
}
