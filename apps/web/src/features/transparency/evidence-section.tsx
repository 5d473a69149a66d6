import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.js';
import { useOrganisation } from '../../api/organisation.js';
import { unwrap } from '../../api/problem.js';
import { isVendor, may, useSession } from '../../api/session.js';
import { useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { CommandWords } from '../../ui/copy.js';
import { SelectField } from '../../ui/field.js';
import { Helped } from '../../ui/help.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { saveBlob } from '../../ui/save-file.js';
import { evidenceTexts } from './evidence.text.js';
import { evidencePeriods } from './evidence-periods.js';

/** Downloads the evidence pack of a period, for those who may have one. */
export function EvidenceSection() {
  return may(useSession(), 'evidence.read') ? <EvidenceForm /> : null;
}

function useFetchPack(tenant: string, period: string) {
  return useMutation({
    mutationFn: () =>
      unwrap(
        api.GET('/api/v1/tenants/{slug}/evidence', {
          params: { path: { slug: tenant }, query: { period } },
          parseAs: 'blob',
        }),
      ),
    onSuccess: (pack) =>
      saveBlob(
        `countersign-evidence-${tenant}-${period.replaceAll(/[^A-Za-z0-9-]+/g, '-')}.zip`,
        pack as Blob,
      ),
  });
}

function EvidenceForm() {
  const text = useText(evidenceTexts);
  const session = useSession();
  const { tenants } = useOrganisation();
  const [periods] = useState(() => evidencePeriods(new Date()));
  const [period, setPeriod] = useState(periods[0]?.value ?? '');
  const [chosen, setChosen] = useState('');
  const tenant = session.tenant ?? (chosen || (tenants[0]?.slug ?? ''));
  const fetchPack = useFetchPack(tenant, period);
  return (
    <section className="stack near no-print" aria-labelledby="evidence">
      <Helped about="evidence-pack" word={text.title}>
        <h2 id="evidence">{text.title}</h2>
      </Helped>
      <p>{text.lead}</p>
      <div className="row near">
        {isVendor(session) ? (
          <SelectField
            label={text.customer}
            value={tenant}
            onChange={({ target }) => setChosen(target.value)}
          >
            {tenants.map(({ slug, name }) => (
              <option key={slug} value={slug}>
                {name}
              </option>
            ))}
          </SelectField>
        ) : null}
        <SelectField label={text.period} value={period} onChange={({ target }) => setPeriod(target.value)}>
          {periods.map(({ name, value }) => (
            <option key={value} value={value}>
              {name ?? text.soFar}
            </option>
          ))}
        </SelectField>
        <Button icon="download" busy={fetchPack.isPending} onClick={() => fetchPack.mutate()}>
          {fetchPack.isPending ? text.busy : text.download}
        </Button>
      </div>
      {fetchPack.error === null ? null : <ProblemNotice error={fetchPack.error} />}
      {fetchPack.isSuccess ? <p role="status">{text.done}</p> : null}
      <p className="soft">{text.verify}</p>
      <p>
        <CommandWords>countersign evidence verify PACK.zip --anchor ANCHOR.json</CommandWords>
      </p>
    </section>
  );
}
