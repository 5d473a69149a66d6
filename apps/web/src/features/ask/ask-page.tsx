import './ask.css';
import { durationText, scopeWords, tickedScope } from '@countersign/wording';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { type Ask, api, type Service } from '../../api/client.js';
import { useOrganisation } from '../../api/organisation.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { servicesQuery } from '../../api/requests.js';
import { useLanguage, useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { Choice, SelectField, TextArea, TextField } from '../../ui/field.js';
import { Page } from '../../ui/page.js';
import { Loaded, ProblemNotice } from '../../ui/query-states.js';
import { askTexts } from './ask.text.js';
import { buildAsk, type Draft, secondsOf } from './draft.js';
import { Offerings } from './offerings.js';
import { Preview } from './preview.js';

/** `/ask`: a form for a new request, from the service's route map, with a preview of what the request would need. */
export default function AskPage() {
  const text = useText(askTexts);
  const services = useQuery(servicesQuery);
  return (
    <Page title={text.title} lead={text.lead}>
      <Loaded query={services}>{({ items }) => <AskForm services={items} />}</Loaded>
    </Page>
  );
}

function AskForm({ services }: { services: readonly Service[] }) {
  const text = useText(askTexts);
  const language = useLanguage();
  const navigate = useNavigate();
  const [given] = useSearchParams();
  const [draft, setDraft] = useState<Draft>({
    tenant: given.get('tenant') ?? '',
    service: given.get('service') ?? services[0]?.name ?? '',
    ticked: new Set(),
    objects: '',
    minutes: '30',
    justification: '',
    ticket: given.get('ticket') ?? '',
    emergency: false,
    reasonCode: given.get('reasonCode') ?? '',
  });
  const ask = buildAsk(draft);
  const send = useMutation({
    mutationFn: (body: Ask) => unwrap(api.POST('/api/v1/requests', { body })),
    onSuccess: async () => {
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
      <AskFields
        draft={draft}
        services={services}
        onChange={(change) => setDraft((present) => ({ ...present, ...change }))}
      />
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

function AskFields({
  draft,
  services,
  onChange,
}: {
  draft: Draft;
  services: readonly Service[];
  onChange: (change: Partial<Draft>) => void;
}) {
  const text = useText(askTexts);
  const { tenants } = useOrganisation();
  const service = services.find(({ name }) => name === draft.service);
  return (
    <div className="stack loose">
      <SelectField
        label={text.tenant}
        value={draft.tenant}
        required
        onChange={(event) => onChange({ tenant: event.target.value })}
      >
        <option value="">{text.chooseTenant}</option>
        {tenants.map(({ slug, name }) => (
          <option key={slug} value={slug}>
            {name}
          </option>
        ))}
      </SelectField>
      {services.length < 2 ? null : (
        <SelectField
          label={text.service}
          value={draft.service}
          onChange={(event) => onChange({ service: event.target.value, ticked: new Set() })}
        >
          {services.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </SelectField>
      )}
      {service === undefined ? null : (
        <Offerings legend={text.what} service={service} draft={draft} onChange={onChange} />
      )}
      <Duration minutes={draft.minutes} onChange={(minutes) => onChange({ minutes })} />
      <TextArea
        label={text.why}
        hint={text.whyHint}
        value={draft.justification}
        maxLength={4_000}
        required
        onChange={(event) => onChange({ justification: event.target.value })}
      />
      <TextField
        label={text.reasonCode}
        hint={text.reasonCodeHint}
        value={draft.reasonCode}
        maxLength={63}
        list="reason-codes"
        autoCapitalize="off"
        autoComplete="off"
        onChange={(event) => onChange({ reasonCode: event.target.value })}
      />
      <datalist id="reason-codes">
        {REASON_CODES.map((code) => (
          <option key={code} value={code} label={text.reasonCodes[code]} />
        ))}
      </datalist>
      <TextField
        label={text.ticket}
        hint={text.ticketHint}
        value={draft.ticket}
        maxLength={256}
        autoComplete="off"
        onChange={(event) => onChange({ ticket: event.target.value })}
      />
      <div className="stack near">
        <Choice
          type="checkbox"
          checked={draft.emergency === true}
          onChange={({ target }) => onChange({ emergency: target.checked })}
        >
          {text.emergency}
        </Choice>
        {draft.emergency === true ? <p className="hint">{text.emergencyHint}</p> : null}
      </div>
    </div>
  );
}

const REASON_CODES = [
  ...(['support-case', 'incident', 'maintenance', 'migration', 'security', 'legal'] as const),
] as const;

const USUAL_MINUTES = ['15', '30', '60'];

/** A choice of three usual durations or any other. */
function Duration({ minutes, onChange }: { minutes: string; onChange: (minutes: string) => void }) {
  const text = useText(askTexts);
  const language = useLanguage();
  const [isOther, setOther] = useState(!USUAL_MINUTES.includes(minutes));
  return (
    <fieldset className="stack near">
      <legend className="legend">{text.howLong}</legend>
      <div className="choices short">
        {USUAL_MINUTES.map((usual) => (
          <Choice
            key={usual}
            type="radio"
            name="duration"
            checked={!isOther && minutes === usual}
            onChange={() => {
              setOther(false);
              onChange(usual);
            }}
          >
            {durationText(Number(usual) * 60, language)}
          </Choice>
        ))}
        <Choice type="radio" name="duration" checked={isOther} onChange={() => setOther(true)}>
          {text.otherTime}
        </Choice>
      </div>
      {isOther ? (
        <TextField
          label={text.minutes}
          inputMode="decimal"
          value={minutes}
          onChange={(event) => onChange(event.target.value)}
        />
      ) : null}
    </fieldset>
  );
}
