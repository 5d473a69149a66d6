import type { Service } from '@countersign/api';
import { routesOfScopes } from '@countersign/contract';
import { type ReactNode, useState } from 'react';
import { Button } from '../../ui/button.js';
import { Choice, SelectField, TextField } from '../../ui/field.js';

/** Some actions of one service, for at most so long. */
interface AllowedActions {
  service: string;
  actions: string[];
  seconds: number;
}

/** A new entry of a list that says what may be opened without the customer's approval, and for how long. */
export function AllowedActionsForm({
  services,
  labels,
  before,
  onAdd,
}: {
  services: readonly Service[];
  labels: { service: string; longest: string; actions: string; add: string };
  /** A field of the list's own. */
  before?: ReactNode;
  onAdd: (added: AllowedActions) => void;
}) {
  const [name, setName] = useState('');
  const [actions, setActions] = useState<readonly string[]>([]);
  const [minutes, setMinutes] = useState('30');
  const service = services.find((each) => each.name === name) ?? services[0];
  const offered = [...new Set(routesOfScopes(service?.routes ?? []).map(({ action }) => action))].sort();
  const chosen = offered.filter((action) => actions.includes(action));
  const seconds = Math.round(Number(minutes.replace(',', '.')) * 60);
  return (
    <div className="stack near">
      <div className="choices">
        {before}
        <SelectField
          label={labels.service}
          value={service?.name}
          onChange={({ target }) => setName(target.value)}
        >
          {services.map((each) => (
            <option key={each.name}>{each.name}</option>
          ))}
        </SelectField>
        <TextField
          label={labels.longest}
          inputMode="decimal"
          value={minutes}
          onChange={({ target }) => setMinutes(target.value)}
        />
      </div>
      <ActionChoices
        legend={labels.actions}
        actions={offered}
        chosen={chosen}
        onToggle={(action, isChosen) =>
          setActions(isChosen ? [...actions, action] : actions.filter((each) => each !== action))
        }
      />
      <p>
        <Button
          disabled={service === undefined || chosen.length === 0 || !(seconds >= 60)}
          onClick={() => {
            if (service === undefined) return;
            onAdd({ service: service.name, actions: chosen, seconds });
            setActions([]);
          }}
        >
          {labels.add}
        </Button>
      </p>
    </div>
  );
}

/** A checkbox for each action. */
export function ActionChoices({
  legend,
  hint,
  actions,
  chosen,
  onToggle,
}: {
  legend: string;
  hint?: string;
  actions: readonly string[];
  chosen: readonly string[];
  onToggle: (action: string, isChosen: boolean) => void;
}) {
  return (
    <fieldset className="stack near">
      <legend className="legend">{legend}</legend>
      {hint === undefined ? null : <p className="hint">{hint}</p>}
      {actions.map((action) => (
        <Choice
          key={action}
          type="checkbox"
          checked={chosen.includes(action)}
          onChange={({ target }) => onToggle(action, target.checked)}
        >
          {action}
        </Choice>
      ))}
    </fieldset>
  );
}
