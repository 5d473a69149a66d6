import type { Service } from '@countersign/api';
import { ANY_ACTION, isResourcePattern } from '@countersign/contract';
import { ruleWords } from '@countersign/wording';
import { useState } from 'react';
import type { Controls } from '../../api/organisation.js';
import { useLanguage, useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { SelectField, TextField } from '../../ui/field.js';
import { controlsTexts } from './controls.text.js';

type Rule = Controls['forbid'][number];

/** The rules that forbid requests. A new rule forbids every action on its resource. */
export function Forbidden({
  heading: Heading = 'h2',
  rules,
  services,
  mayChange,
  onChange,
}: {
  heading?: 'h2' | 'h3';
  rules: readonly Rule[];
  services: readonly Service[];
  mayChange: boolean;
  onChange: (rules: Rule[]) => void;
}) {
  const text = useText(controlsTexts);
  const language = useLanguage();
  return (
    <section className="stack near">
      <Heading>{text.never}</Heading>
      <p className="soft">{rules.length === 0 ? text.noForbidden : text.neverLead}</p>
      <ul className="plain-list">
        {rules.map((rule) => (
          <li key={JSON.stringify(rule)} className="row between forbidden">
            <span>{`${rule.service}: ${ruleWords(rule, language)}`}</span>
            {mayChange ? (
              <Button small onClick={() => onChange(rules.filter((each) => each !== rule))}>
                {text.allow}
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
      {mayChange ? <NewRule services={services} onAdd={(rule) => onChange([...rules, rule])} /> : null}
    </section>
  );
}

function NewRule({ services, onAdd }: { services: readonly Service[]; onAdd: (rule: Rule) => void }) {
  const text = useText(controlsTexts);
  const [service, setService] = useState(services[0]?.name ?? '');
  const [resource, setResource] = useState('');
  return (
    <div className="choices">
      <SelectField
        label={text.forbidService}
        value={service}
        onChange={(event) => setService(event.target.value)}
      >
        {services.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </SelectField>
      <TextField
        label={text.forbidResource}
        hint={text.forbidHint}
        value={resource}
        autoCapitalize="off"
        spellCheck={false}
        onChange={(event) => setResource(event.target.value)}
      />
      <p className="forbid-add">
        <Button
          disabled={service === '' || !isResourcePattern(resource)}
          onClick={() => {
            onAdd({ service, resource, actions: [ANY_ACTION] });
            setResource('');
          }}
        >
          {text.addForbidden}
        </Button>
      </p>
    </div>
  );
}
