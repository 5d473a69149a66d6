import '../ask/ask.css';
import type { IncidentBody, Service } from '@countersign/api';
import { useMutation } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { api } from '../../api/client.js';
import { useOrganisation } from '../../api/organisation.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { useText } from '../../text/language.js';
import { navigate } from '../../ui/address.js';
import { Button } from '../../ui/button.js';
import { Choice, TextField } from '../../ui/field.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { AskFields } from '../ask/ask-fields.js';
import { buildAsk, type Draft } from '../ask/draft.js';
import { incidentsTexts } from './incidents.text.js';

type Chosen = { title: string; tenants: readonly string[] };

/** The body of the request; null while the title, the customers, the scope or the duration is missing. */
function buildIncident(draft: Draft, { title, tenants }: Chosen): IncidentBody | null {
  const ask = buildAsk({ ...draft, tenant: tenants[0] ?? '' });
  if (ask === null || title.trim() === '') return null;
  const { tenant: _first, ...access } = ask;
  return { ...access, title: title.trim(), tenants: [...tenants] };
}

/** Requests the same access of several customers, then shows the board. */
export function IncidentForm({ services }: { services: readonly Service[] }) {
  const text = useText(incidentsTexts);
  const [chosen, setChosen] = useState<Chosen>({ title: '', tenants: [] });
  const [draft, setDraft] = useState<Draft>({
    ...{ tenant: '', service: services[0]?.name ?? '', ticked: new Set<string>(), objects: '' },
    ...{ minutes: '30', justification: '', ticket: '', emergency: false, reasonCode: '' },
  });
  const body = buildIncident(draft, chosen);
  const content = JSON.stringify(body);
  // One key for one content: pressing again after a lost answer completes the incident, and opens no second one.
  const { key } = useMemo(() => ({ content, key: crypto.randomUUID() }), [content]);
  const open = useMutation({
    mutationFn: (sent: IncidentBody) =>
      unwrap(api.POST('/api/v1/incidents', { body: sent, headers: { 'idempotency-key': key } })),
    onSuccess: async ({ id }) => {
      await invalidate(['incidents'], ['requests']);
      navigate(`/incidents/${id}`);
    },
  });
  return (
    <form
      className="ask"
      onSubmit={(event) => {
        event.preventDefault();
        if (body !== null) open.mutate(body);
      }}
    >
      <AskFields
        draft={draft}
        services={services}
        whyHint={text.whyHint}
        onChange={(change) => setDraft((present) => ({ ...present, ...change }))}
      >
        <TextField
          label={text.name}
          hint={text.nameHint}
          value={chosen.title}
          maxLength={256}
          required
          autoComplete="off"
          onChange={({ target }) => setChosen({ ...chosen, title: target.value })}
        />
        <Customers tenants={chosen.tenants} onChange={(tenants) => setChosen({ ...chosen, tenants })} />
      </AskFields>
      <div className="ask-side stack">
        <p className="soft">{body === null ? text.incomplete : text.next}</p>
        {open.error === null ? null : <ProblemNotice error={open.error} />}
        <Button type="submit" look="primary" icon="arrow" busy={open.isPending} disabled={body === null}>
          {body === null ? text.open : text.submit(chosen.tenants.length)}
        </Button>
      </div>
    </form>
  );
}

function Customers({
  tenants: chosen,
  onChange,
}: {
  tenants: readonly string[];
  onChange: (tenants: string[]) => void;
}) {
  const text = useText(incidentsTexts);
  const { tenants } = useOrganisation();
  const isAll = tenants.length > 0 && chosen.length === tenants.length;
  return (
    <fieldset className="stack near">
      <legend className="legend">{text.customers}</legend>
      <div className="choices">
        <Choice
          type="checkbox"
          checked={isAll}
          onChange={() => onChange(isAll ? [] : tenants.map(({ slug }) => slug))}
        >
          {text.all}
        </Choice>
        {tenants.map(({ slug, name }) => (
          <Choice
            key={slug}
            type="checkbox"
            checked={chosen.includes(slug)}
            onChange={({ target }) =>
              onChange(target.checked ? [...chosen, slug] : chosen.filter((each) => each !== slug))
            }
          >
            {name}
          </Choice>
        ))}
      </div>
    </fieldset>
  );
}
