import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { isVendor, useSession } from '../../api/session.js';
import { useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { SelectField } from '../../ui/field.js';
import { Page } from '../../ui/page.js';
import { Empty, Loaded } from '../../ui/query-states.js';
import { EvidenceSection } from './evidence-section.js';
import { ReportView } from './report-view.js';
import './transparency.css';
import { transparencyTexts } from './transparency.text.js';

type WithSignal = { signal: AbortSignal };

const periodsQuery = {
  queryKey: ['reports'],
  queryFn: ({ signal }: WithSignal) => unwrap(api.GET('/api/v1/transparency-reports', { signal })),
};

const reportQuery = (period: string) => ({
  queryKey: ['reports', period],
  queryFn: ({ signal }: WithSignal) =>
    unwrap(api.GET('/api/v1/transparency-reports/{period}', { params: { path: { period } }, signal })),
});

const ownQuery = (slug: string, period: string) => ({
  queryKey: ['reports', period, slug],
  queryFn: ({ signal }: WithSignal) =>
    unwrap(
      api.GET('/api/v1/tenants/{slug}/transparency-reports/{period}', {
        params: { path: { slug, period } },
        signal,
      }),
    ),
});

/** `/transparency`: the published reports, for everyone who is signed in. It prints as a document. */
export default function TransparencyPage() {
  const text = useText(transparencyTexts);
  const [chosen, setChosen] = useState<string | null>(null);
  const periods = useQuery(periodsQuery);
  const period = chosen ?? periods.data?.items[0]?.period;
  return (
    <Page title={period === undefined ? text.title : `${text.title} ${period}`} lead={text.lead}>
      <div className="stack loose">
        <Loaded query={periods}>
          {({ items }) =>
            period === undefined ? (
              <Empty icon="info" title={text.none}>
                {text.noneLead}
              </Empty>
            ) : (
              <div className="stack loose">
                <div className="row near no-print">
                  <SelectField
                    label={text.period}
                    value={period}
                    onChange={(event) => setChosen(event.target.value)}
                  >
                    {items.map((each) => (
                      <option key={each.period}>{each.period}</option>
                    ))}
                  </SelectField>
                  <Button onClick={() => window.print()}>{text.print}</Button>
                </div>
                <Report period={period} />
              </div>
            )
          }
        </Loaded>
        <EvidenceSection />
      </div>
    </Page>
  );
}

function Report({ period }: { period: string }) {
  const session = useSession();
  const isCustomer = !isVendor(session);
  const report = useQuery(reportQuery(period));
  const own = useQuery({ ...ownQuery(session.tenant ?? '', period), enabled: isCustomer });
  return (
    <Loaded query={report}>
      {(published) => <ReportView published={published} own={own.data?.report ?? null} />}
    </Loaded>
  );
}
