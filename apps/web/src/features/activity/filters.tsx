import { isId } from '@countersign/contract';
import { useState } from 'react';
import { useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { SelectField, TextField } from '../../ui/field.js';
import { changeAddress } from '../lists/list-filter.js';
import { LogChoice } from '../proof/log-choice.js';
import { activityTexts } from './activity.text.js';
import { type Choice, GROUPS, type Group } from './filter.js';

const EMPTY = { type: null, person: null, grant: null, request: null, from: null, to: null };

/** The filters of the timeline. They are parts of the address. `people`: persons that can be chosen, with names. */
export function Filters({
  choice,
  people,
}: {
  choice: Choice;
  people: readonly { id: string; name: string }[];
}) {
  const text = useText(activityTexts);
  const isFiltered = Object.values(choice).some((value) => value !== null);
  return (
    <section className="sheet stack no-print" aria-label={text.filters}>
      <div className="event-filters">
        <LogChoice />
        <SelectField
          label={text.type}
          value={choice.group ?? ''}
          onChange={(event) => changeAddress({ type: event.target.value })}
        >
          <option value="">{text.all}</option>
          {(Object.keys(GROUPS) as Group[]).map((group) => (
            <option key={group} value={group}>
              {text.groups[group]}
            </option>
          ))}
        </SelectField>
        <SelectField
          label={text.person}
          value={choice.person ?? ''}
          onChange={(event) => changeAddress({ person: event.target.value })}
        >
          <option value="">{text.anyone}</option>
          {people.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </SelectField>
        <Reference key={choice.grant ?? choice.request} value={choice.grant ?? choice.request ?? ''} />
        <TextField
          label={text.from}
          type="date"
          value={choice.from ?? ''}
          onChange={(event) => changeAddress({ from: event.target.value })}
        />
        <TextField
          label={text.to}
          type="date"
          value={choice.to ?? ''}
          onChange={(event) => changeAddress({ to: event.target.value })}
        />
      </div>
      {isFiltered ? (
        <p>
          <Button small onClick={() => changeAddress(EMPTY)}>
            {text.clear}
          </Button>
        </p>
      ) : null}
    </section>
  );
}

/** A grant or a request, by its id. The filter changes once the id is whole. */
function Reference({ value }: { value: string }) {
  const text = useText(activityTexts);
  const [typed, setTyped] = useState(value);
  const onType = (id: string) => {
    setTyped(id);
    if (id === '') changeAddress({ grant: null, request: null });
    else if (isId('grt', id)) changeAddress({ grant: id, request: null });
    else if (isId('req', id)) changeAddress({ request: id, grant: null });
  };
  return (
    <TextField
      label={text.ref}
      hint={text.refHint}
      value={typed}
      spellCheck={false}
      autoComplete="off"
      onChange={(event) => onType(event.target.value.trim())}
    />
  );
}
