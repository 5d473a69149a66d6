import type { Service } from '@countersign/api';
import type { AcceptedBasis } from '@countersign/contract';
import { useState } from 'react';
import { useLanguage, useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { SelectField } from '../../ui/field.js';
import { AllowedActionsForm } from '../controls/allowed-actions.js';
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
  return (
    <AllowedActionsForm
      services={services}
      labels={{
        service: text.basisService,
        longest: text.basisLongest,
        actions: text.basisActions,
        add: text.basesAdd,
      }}
      before={
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
      }
      onAdd={({ service, actions, seconds }) =>
        onAdd({ basis, services: [service], actions, maxSeconds: seconds })
      }
    />
  );
}
