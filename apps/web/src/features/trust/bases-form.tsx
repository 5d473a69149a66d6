import type { AcceptedBasis } from '@countersign/contract';
import { useState } from 'react';
import type { Service } from '../../api/client.js';
import { useLanguage, useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { Choice, SelectField, TextField } from '../../ui/field.js';
import { trustTexts } from './trust.text.js';
import { basisWords } from './trust-rules.js';

/** The bases for access without the customer's signature. Gateways refuse every basis that is not listed. */
export function BasesForm({
  bases,
  services,
  onChange,
}: {
  bases: readonly AcceptedBasis[];
  services: readonly Service[];
  onChange: (bases: AcceptedBasis[]) => void;
}) {
  const text = useText(trustTexts);
  const language = useLanguage();
  return (
    <section className="stack near">
      <h3>{text.bases}</h3>
      <p className="hint">{bases.length === 0 ? text.basesNone : text.basesHint}</p>
      <ul className="plain-list">
        {bases.map((each) => (
          <li key={JSON.stringify(each)} className="row between">
            <span>{basisWords(each, text, language)}</span>
            <Button small onClick={() => onChange(bases.filter((other) => other !== each))}>
              {text.remove}
            </Button>
          </li>
        ))}
      </ul>
      <details className="details">
        <summary>{text.basesAdd}</summary>
        <NewBasis services={services} onAdd={(added) => onChange([...bases, added])} />
      </details>
    </section>
  );
}

function NewBasis({
  services,
  onAdd,
}: {
  services: readonly Service[];
  onAdd: (basis: AcceptedBasis) => void;
}) {
  const text = useText(trustTexts);
  const [basis, setBasis] = useState<AcceptedBasis['basis']>('emergency');
  const [name, setName] = useState('');
  const [actions, setActions] = useState<readonly string[]>([]);
  const [minutes, setMinutes] = useState('60');
  const service = services.find((each) => each.name === name) ?? services[0];
  const offered = [...new Set(service?.routes.map(({ action }) => action))].sort();
  const chosen = offered.filter((action) => actions.includes(action));
  const maxSeconds = Math.round(Number(minutes) * 60);
  const isReady = service !== undefined && chosen.length > 0 && maxSeconds >= 60;
  return (
    <div className="stack near">
      <div className="choices">
        <SelectField
          label={text.basisKind}
          value={basis}
          onChange={({ target }) => setBasis(target.value as AcceptedBasis['basis'])}
        >
          {(['emergency', 'legal'] as const).map((each) => (
            <option key={each} value={each}>
              {text.basisName[each]}
            </option>
          ))}
        </SelectField>
        <SelectField
          label={text.basisService}
          value={service?.name}
          onChange={({ target }) => setName(target.value)}
        >
          {services.map((each) => (
            <option key={each.name}>{each.name}</option>
          ))}
        </SelectField>
        <TextField
          label={text.basisLongest}
          type="number"
          min={1}
          value={minutes}
          onChange={({ target }) => setMinutes(target.value)}
        />
      </div>
      <fieldset className="stack near">
        <legend className="legend">{text.basisActions}</legend>
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
          disabled={!isReady}
          onClick={() => {
            if (service === undefined) return;
            onAdd({ basis, services: [service.name], actions: chosen, maxSeconds });
            setActions([]);
          }}
        >
          {text.basesAdd}
        </Button>
      </p>
    </div>
  );
}
