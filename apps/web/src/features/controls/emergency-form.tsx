import { formatDuration, parseDuration } from '@countersign/contract';
import { durationText, joinWithAnd } from '@countersign/wording';
import { useState } from 'react';
import type { Service } from '../../api/client.js';
import type { Controls } from '../../api/organisation.js';
import { useLanguage, useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { Choice, SelectField, TextField } from '../../ui/field.js';
import { controlsTexts } from './controls.text.js';

type Emergency = NonNullable<Controls['emergency']>;

const DEFAULT_DUE = 'PT24H';
const HOUR = 3_600;

/** What an emergency may open, and when the vendor has to explain it. Without an entry no emergency opens anything. */
export function EmergencyForm({
  emergency,
  services,
  mayChange,
  onChange,
}: {
  emergency: Emergency | undefined;
  services: readonly Service[];
  mayChange: boolean;
  onChange: (emergency: Emergency | undefined) => void;
}) {
  const text = useText(controlsTexts);
  const language = useLanguage();
  const allow = emergency?.allow ?? [];
  const due = emergency?.disclosureDue ?? DEFAULT_DUE;
  const change = (next: Partial<Emergency>) => onChange({ allow, disclosureDue: due, ...next });
  return (
    <section className="stack near">
      <h2>{text.emergency}</h2>
      <p className="soft">{allow.length === 0 ? text.emergencyNone : text.emergencyLead}</p>
      <ul className="plain-list">
        {allow.map((rule) => (
          <li key={JSON.stringify(rule)} className="row between forbidden">
            <span>
              {text.emergencyRule(
                joinWithAnd(rule.actions, language),
                joinWithAnd(rule.services, language),
                durationText(parseDuration(rule.maxDuration) ?? 0, language),
              )}
            </span>
            {mayChange ? (
              <Button
                small
                onClick={() => {
                  const rest = allow.filter((each) => each !== rule);
                  if (rest.length === 0) onChange(undefined);
                  else change({ allow: rest });
                }}
              >
                {text.allow}
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
      {allow.length === 0 ? null : (
        <TextField
          label={text.emergencyDue}
          type="number"
          min={1}
          value={String((parseDuration(due) ?? 0) / HOUR)}
          onChange={({ target }) => {
            const seconds = Math.round(Number(target.value) * HOUR);
            if (seconds >= 1) change({ disclosureDue: formatDuration(seconds) });
          }}
        />
      )}
      {mayChange ? (
        <details className="details">
          <summary>{text.emergencyAdd}</summary>
          <NewRule services={services} onAdd={(rule) => change({ allow: [...allow, rule] })} />
        </details>
      ) : null}
    </section>
  );
}

function NewRule({
  services,
  onAdd,
}: {
  services: readonly Service[];
  onAdd: (rule: Emergency['allow'][number]) => void;
}) {
  const text = useText(controlsTexts);
  const [name, setName] = useState('');
  const [actions, setActions] = useState<readonly string[]>([]);
  const [minutes, setMinutes] = useState('30');
  const service = services.find((each) => each.name === name) ?? services[0];
  const offered = [...new Set(service?.routes.map(({ action }) => action))].sort();
  const chosen = offered.filter((action) => actions.includes(action));
  const seconds = Math.round(Number(minutes.replace(',', '.')) * 60);
  return (
    <div className="stack near">
      <div className="choices">
        <SelectField
          label={text.forbidService}
          value={service?.name}
          onChange={({ target }) => setName(target.value)}
        >
          {services.map((each) => (
            <option key={each.name}>{each.name}</option>
          ))}
        </SelectField>
        <TextField
          label={text.emergencyLongest}
          inputMode="decimal"
          value={minutes}
          onChange={({ target }) => setMinutes(target.value)}
        />
      </div>
      <fieldset className="stack near">
        <legend className="legend">{text.actions}</legend>
        {offered.map((action) => (
          <Choice
            key={action}
            type="checkbox"
            checked={chosen.includes(action)}
            onChange={({ target }) =>
              setActions(target.checked ? [...actions, action] : actions.filter((each) => each !== action))
            }
          >
            {action}
          </Choice>
        ))}
      </fieldset>
      <p>
        <Button
          disabled={service === undefined || chosen.length === 0 || !(seconds >= 1)}
          onClick={() => {
            if (service === undefined) return;
            onAdd({ services: [service.name], actions: chosen, maxDuration: formatDuration(seconds) });
            setActions([]);
          }}
        >
          {text.emergencyAdd}
        </Button>
      </p>
    </div>
  );
}
