import './ask.css';
import { accessWords, durationText, ticksOf } from '@countersign/wording';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { type Ask, api, type Service } from '../../api/client.js';
import { useOrganisation } from '../../api/organisation.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { servicesQuery } from '../../api/requests.js';
import { may, useSession } from '../../api/session.js';
import { useLanguage, useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { SelectField } from '../../ui/field.js';
import { Page } from '../../ui/page.js';
import { Loaded, ProblemNotice } from '../../ui/query-states.js';
import { askTexts } from './ask.text.js';
import { AskFields } from './ask-fields.js';
import { buildAsk, type Draft, secondsOf } from './draft.js';
import { FilledNotice, useFilledDraft } from './filled-draft.js';
import { Preview } from './preview.js';

/** `/ask`: a form for a new request, from the service's route map, with a preview of what the request would need. */
export default function AskPage() {
  const text = useText(askTexts);
  const session = useSession();
  const services = useQuery(servicesQuery);
  const [given] = useSearchParams();
  const isForAuthority = given.has('demand');
  return (
    <Page
      title={isForAuthority ? text.forAuthority : text.title}
      lead={isForAuthority ? text.forAuthorityLead : text.lead}
      actions={
        may(session, 'incident.open') ? (
          <Link className="button" to="/incidents">
            {text.several}
          </Link>
        ) : null
      }
    >
      <Loaded query={services}>{({ items }) => <AskForm services={items} />}</Loaded>
    </Page>
  );
}

function AskForm({ services }: { services: readonly Service[] }) {
  const text = useText(askTexts);
  const language = useLanguage();
  const navigate = useNavigate();
  const [given] = useSearchParams();
  const named = services.find(({ name }) => name === given.get('service'));
  const [draft, setDraft] = useState<Draft>({
    tenant: given.get('tenant') ?? '',
    service: given.get('service') ?? services[0]?.name ?? '',
    ...(named === undefined ? { ticked: new Set(), objects: '' } : ticksOf(named, given.getAll('scope'))),
    minutes: '30',
    justification: '',
    ticket: given.get('ticket') ?? '',
    emergency: false,
    ...(given.has('demand') ? { demand: given.get('demand') ?? '' } : {}),
    reasonCode: given.get('reasonCode') ?? '',
    unmasked: given.get('unmasked') === 'true',
  });
  const change = (part: Partial<Draft>) => setDraft((present) => ({ ...present, ...part }));
  const { tenants } = useOrganisation();
  const filled = useFilledDraft(draft, setDraft, services);
  const ask = buildAsk(draft);
  const send = useMutation({
    mutationFn: (body: Ask) => unwrap(api.POST('/api/v1/requests', { body })),
    onSuccess: async () => {
      filled.forget();
      await invalidate(['requests']);
      await navigate('/mine');
    },
  });
  return (
    <form
      className="ask"
      onSubmit={(event) => {
        event.preventDefault();
        if (ask !== null) send.mutate(ask);
      }}
    >
      <AskFields draft={draft} services={services} onChange={change} withStart>
        <FilledNotice {...filled} />
        <SelectField
          label={text.tenant}
          value={draft.tenant}
          required
          onChange={(event) => change({ tenant: event.target.value })}
        >
          <option value="">{text.chooseTenant}</option>
          {tenants.map(({ slug, name }) => (
            <option key={slug} value={slug}>
              {name}
            </option>
          ))}
        </SelectField>
      </AskFields>
      <div className="ask-side stack">
        <Preview ask={ask} tenant={draft.tenant} />
        {send.error === null ? null : <ProblemNotice error={send.error} />}
        <Button type="submit" look="primary" icon="arrow" busy={send.isPending} disabled={ask === null}>
          {ask === null
            ? text.submitEmpty
            : text.submit(accessWords(ask, language), durationText(secondsOf(draft), language))}
        </Button>
      </div>
    </form>
  );
}
