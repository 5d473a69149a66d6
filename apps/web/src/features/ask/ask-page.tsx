import './ask.css';
import type { AccessRequestDetail, Ask, Service, Template } from '@countersign/api';
import { accessWords, durationText } from '@countersign/wording';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.js';
import { useOrganisation } from '../../api/organisation.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { requestQuery, servicesQuery, templatesQuery } from '../../api/requests.js';
import { may, useSession } from '../../api/session.js';
import { useLanguage, useText } from '../../text/language.js';
import { navigate, useSearchParams } from '../../ui/address.js';
import { Notice } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { SelectField } from '../../ui/field.js';
import { Link } from '../../ui/link.js';
import { Page } from '../../ui/page.js';
import { Loaded, Loading, ProblemNotice } from '../../ui/query-states.js';
import { askTexts } from './ask.text.js';
import { AskFields } from './ask-fields.js';
import { buildAsk, type Draft, findTimeProblem, secondsOf } from './draft.js';
import { type FirstDraft, firstDraft, namedDraft } from './first-draft.js';
import { type DraftPlace, forgetDraft, keepDraft, keptDraft } from './kept-draft.js';
import { Preview } from './preview.js';
import { ChooseTemplate, SaveTemplate } from './templates.js';

/** `/ask`: a form for a new request, from the service's route map, with a preview of what the request would need. */
export default function AskPage() {
  const text = useText(askTexts);
  const session = useSession();
  const services = useQuery(servicesQuery);
  const query = useSearchParams();
  const from = query.get('from');
  const past = useQuery({ ...requestQuery(from ?? ''), enabled: from !== null });
  const templates = useQuery(templatesQuery);
  const isFilling = past.isLoading || (query.has('template') && templates.isLoading);
  const isForAuthority = query.has('demand');
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
      <Loaded query={services}>
        {({ items }) =>
          isFilling ? (
            <Loading />
          ) : (
            <AskForm
              key={`${session.person} ${query}`}
              services={items}
              past={past.data}
              template={templates.data?.items.find(({ id }) => id === query.get('template'))}
            />
          )
        }
      </Loaded>
    </Page>
  );
}

/** The form of one person at one address. */
function AskForm({
  services,
  past,
  template,
}: {
  services: readonly Service[];
  past: AccessRequestDetail | undefined;
  template: Template | undefined;
}) {
  const query = useSearchParams();
  const place = useDraftPlace();
  const [first, setFirst] = useState(() =>
    firstDraft(query, services, { past, template, leftDraft: keptDraft(place, Date.now()) }),
  );
  // Without the draft, the form has what the address names. The next press leaves the earlier request or template out, too.
  const startOver = () => {
    forgetDraft(place);
    setFirst(
      first.by === 'draft'
        ? firstDraft(query, services, { past, template, leftDraft: null })
        : { draft: namedDraft(query, services), by: null },
    );
  };
  return <FilledForm key={first.by} first={first} services={services} onStartOver={startOver} />;
}

/** Where the draft of this person at this address is kept. */
const useDraftPlace = (): DraftPlace => ({
  person: useSession().person,
  query: useSearchParams().toString(),
});

function FilledForm({
  first,
  services,
  onStartOver,
}: {
  first: FirstDraft;
  services: readonly Service[];
  onStartOver: () => void;
}) {
  const text = useText(askTexts);
  const language = useLanguage();
  const place = useDraftPlace();
  const [draft, setDraft] = useState(first.draft);
  const change = (part: Partial<Draft>) => {
    const changed = { ...draft, ...part };
    setDraft(changed);
    keepDraft(place, changed, Date.now());
  };
  const timeProblem = findTimeProblem(draft, Date.now());
  const ask = timeProblem === 'past' ? null : buildAsk(draft);
  const send = useMutation({
    mutationFn: (body: Ask) => unwrap(api.POST('/api/v1/requests', { body })),
    onSuccess: async () => {
      forgetDraft(place);
      await invalidate(['requests']);
      navigate('/mine');
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
        <FilledNotice by={first.by} onStartOver={onStartOver} />
        <ChooseTemplate />
        <TenantField tenant={draft.tenant} onChange={(tenant) => change({ tenant })} />
      </AskFields>
      <div className="ask-side stack">
        <Preview
          ask={ask}
          tenant={draft.tenant}
          incomplete={timeProblem === null ? text.incomplete : text.timeIncomplete}
        />
        {send.error === null ? null : <ProblemNotice error={send.error} />}
        <Button type="submit" look="primary" icon="arrow" busy={send.isPending} disabled={ask === null}>
          {ask === null
            ? text.submitEmpty
            : text.submit(accessWords(ask, language), durationText(secondsOf(draft), language))}
        </Button>
        <SaveTemplate draft={draft} />
      </div>
    </form>
  );
}

function TenantField({ tenant, onChange }: { tenant: string; onChange: (tenant: string) => void }) {
  const text = useText(askTexts);
  const { tenants } = useOrganisation();
  return (
    <SelectField
      label={text.tenant}
      value={tenant}
      required
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">{text.chooseTenant}</option>
      {tenants.map(({ slug, name }) => (
        <option key={slug} value={slug}>
          {name}
        </option>
      ))}
    </SelectField>
  );
}

/** Names what has filled the form in. */
function FilledNotice({ by, onStartOver }: { by: FirstDraft['by']; onStartOver: () => void }) {
  const text = useText(askTexts);
  if (by === null) return null;
  return (
    <Notice tone="plain" icon="info">
      <p>{text.filledBy[by]}</p>
      <p>
        <Button small onClick={onStartOver}>
          {text.discard}
        </Button>
      </p>
    </Notice>
  );
}
