import './ask.css';
import type { Terms } from '@countersign/contract';
import { durationText, scopeWords, tickedScope, ticksOf } from '@countersign/wording';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { type AccessRequestDetail, type Ask, api, type Service } from '../../api/client.js';
import { useOrganisation } from '../../api/organisation.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { requestQuery, servicesQuery } from '../../api/requests.js';
import { may, useSession } from '../../api/session.js';
import { useLanguage, useText } from '../../text/language.js';
import { Notice } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { SelectField } from '../../ui/field.js';
import { Page } from '../../ui/page.js';
import { Loaded, Loading, ProblemNotice } from '../../ui/query-states.js';
import { askTexts } from './ask.text.js';
import { AskFields } from './ask-fields.js';
import { buildAsk, type Draft, secondsOf } from './draft.js';
import { forgetDraft, isWorthKeeping, keepDraft, keptDraft } from './kept-draft.js';
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
      <Loaded query={services}>{({ items }) => <AskWith services={items} />}</Loaded>
    </Page>
  );
}

/** The form waits for the earlier request that the address names. One that is not there leaves the form empty. */
function AskWith({ services }: { services: readonly Service[] }) {
  const [given] = useSearchParams();
  const from = given.get('from');
  const past = useQuery({ ...requestQuery(from ?? ''), enabled: from !== null });
  if (from !== null && past.isPending) return <Loading />;
  return <AskForm key={from} services={services} past={past.data} />;
}

/** What an earlier request says, without its times: those may be past. */
function draftOf(past: AccessRequestDetail, services: readonly Service[]): Draft {
  const service = services.find(({ name }) => name === past.service);
  const scope = past.scope.map(({ resource, actions }) => `${resource}:${actions.join(',')}`);
  const { budget, unmasked } = past.terms as Terms;
  return {
    tenant: past.tenant,
    service: past.service,
    ...(service === undefined ? { ticked: new Set<string>(), objects: '' } : ticksOf(service, scope)),
    minutes: String(past.terms.seconds / 60),
    justification: past.justification ?? '',
    ticket: past.ticket ?? '',
    emergency: false,
    reasonCode: past.reasonCode ?? '',
    start: 'approval',
    ...(unmasked === true ? { unmasked } : {}),
    ...(budget?.calls === undefined ? {} : { calls: String(budget.calls) }),
  };
}

function emptyDraft(given: URLSearchParams, services: readonly Service[]): Draft {
  const named = services.find(({ name }) => name === given.get('service'));
  return {
    tenant: given.get('tenant') ?? '',
    service: given.get('service') ?? services[0]?.name ?? '',
    ...(named === undefined ? { ticked: new Set(), objects: '' } : ticksOf(named, given.getAll('scope'))),
    minutes: '30',
    justification: '',
    ticket: given.get('ticket') ?? '',
    emergency: false,
    ...(given.has('demand') ? { demand: given.get('demand') ?? '' } : {}),
    reasonCode: given.get('reasonCode') ?? '',
    start: 'approval',
  };
}

function AskForm({
  services,
  past,
}: {
  services: readonly Service[];
  past: AccessRequestDetail | undefined;
}) {
  const text = useText(askTexts);
  const language = useLanguage();
  const navigate = useNavigate();
  const { person } = useSession();
  const [given] = useSearchParams();
  // An address that fills the form in wins over a draft.
  const isPlain = [...given.keys()].length === 0;
  const [kept] = useState(() => (isPlain ? keptDraft(person, Date.now()) : null));
  const [draft, setDraft] = useState<Draft>(
    () => kept ?? (past === undefined ? emptyDraft(given, services) : draftOf(past, services)),
  );
  const [isRestored, setRestored] = useState(kept !== null);
  useEffect(() => {
    if (isPlain && isWorthKeeping(draft)) keepDraft(person, draft, Date.now());
  }, [draft, isPlain, person]);
  const startOver = () => {
    forgetDraft(person);
    setRestored(false);
    setDraft(emptyDraft(given, services));
  };
  const change = (part: Partial<Draft>) => setDraft((present) => ({ ...present, ...part }));
  const { tenants } = useOrganisation();
  const ask = buildAsk(draft);
  const send = useMutation({
    mutationFn: (body: Ask) => unwrap(api.POST('/api/v1/requests', { body })),
    onSuccess: async () => {
      forgetDraft(person);
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
      <AskFields draft={draft} services={services} onChange={change}>
        {isRestored || past !== undefined ? (
          <Notice tone="plain" icon="info">
            <p>{isRestored ? text.restored : text.fromPast}</p>
            {isRestored ? (
              <p>
                <Button small onClick={startOver}>
                  {text.discard}
                </Button>
              </p>
            ) : null}
          </Notice>
        ) : null}
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
            : text.submit(scopeWords(tickedScope(draft), language), durationText(secondsOf(draft), language))}
        </Button>
      </div>
    </form>
  );
}
