import { formatDuration, parseDuration } from '@countersign/contract';
import { durationText, joinWithAnd } from '@countersign/wording';
import type { Service } from '../../api/client.js';
import type { Controls } from '../../api/organisation.js';
import { useLanguage, useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { TextField } from '../../ui/field.js';
import { AllowedActionsForm } from './allowed-actions.js';
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
          step="any"
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
          <AllowedActionsForm
            services={services}
            labels={{
              service: text.forbidService,
              longest: text.emergencyLongest,
              actions: text.actions,
              add: text.emergencyAdd,
            }}
            onAdd={({ service, actions, seconds }) =>
              change({
                allow: [...allow, { services: [service], actions, maxDuration: formatDuration(seconds) }],
              })
            }
          />
        </details>
      ) : null}
    </section>
  );
}
