import type { Language } from '@countersign/contract';
import { useId, useState } from 'react';
import { utcDayText } from '../../../text/clock.js';
import { Button } from '../../../ui/button.js';
import { Choice } from '../../../ui/field.js';
import { countryName, EUROPEAN_UNION, isEuropeanUnion } from './countries.js';
import { type Path, pointerOf, valueAt } from './document.js';
import { useEditor, useFault } from './editor-context.js';
import type { Field } from './fields.js';
import { dayName } from './sentences.js';

type NamesField = Field & { kind: 'names' };

/** A list of names: a checkbox for each choice and each entry, and a field for another entry. */
export function NamesControl({ field, path }: { field: NamesField; path: Path }) {
  const { document, set, choices, text, writer } = useEditor();
  const error = useFault(path);
  // An entry that is unticked stays offered, so that the focus stays and the reader can change their mind.
  const [seen, setSeen] = useState<readonly string[]>([]);
  const value = valueAt(document, path);
  const chosen = Array.isArray(value) ? value.map(String) : [];
  const offered = field.from === undefined ? [] : choices(field.from);
  const { label, hint } = text.fields[field.text];
  const change = (next: string[]) =>
    set(path, next.length === 0 && field.optional === true ? undefined : next);
  const toggle = (name: string, isChosen: boolean) => {
    setSeen([...seen, name]);
    const others = chosen.filter((each) => each !== name);
    change(isChosen ? [...others, name] : others);
  };
  const labelOf = (name: string) => {
    if (field.from === 'days') return dayName(name, writer.language);
    if (field.from === 'employment') return writer.employment(name);
    if (field.input === 'country') return countryName(name, writer.language);
    return field.input === 'date' ? dayText(name, writer.language) : writer.choice(name);
  };
  return (
    <fieldset className="stack near" data-pointer={pointerOf(path)} tabIndex={-1}>
      <legend className="legend">{label}</legend>
      <div className="chips">
        {[...new Set([...offered, ...seen, ...chosen])].map((name) => (
          <Choice
            key={name}
            type="checkbox"
            checked={chosen.includes(name)}
            onChange={({ target }) => toggle(name, target.checked)}
          >
            {labelOf(name)}
          </Choice>
        ))}
      </div>
      {field.accepts === undefined ? null : (
        <OtherEntry
          field={field}
          label={text.other(label)}
          accepts={field.accepts}
          onAdd={(name) => toggle(name, true)}
        />
      )}
      {field.input === 'country' && !isEuropeanUnion(chosen) ? (
        <p>
          <Button small look="plain" onClick={() => change([...new Set([...chosen, ...EUROPEAN_UNION])])}>
            {text.addEuropeanUnion}
          </Button>
        </p>
      ) : null}
      {hint === undefined ? null : <p className="hint">{hint}</p>}
      {error === null ? null : <p className="field-error">{error}</p>}
    </fieldset>
  );
}

/** The text itself while it is no day. */
const dayText = (day: string, language: Language): string => {
  try {
    return utcDayText(day, language);
  } catch {
    return day;
  }
};

interface NewEntry {
  field: NamesField;
  label: string;
  accepts: (name: string) => boolean;
  onAdd: (name: string) => void;
}

/** Adds an entry that is none of the choices. If there are choices, a button opens the field for it. */
function OtherEntry(props: NewEntry) {
  const { text } = useEditor();
  const [isOpen, setOpen] = useState(props.field.from === undefined);
  if (isOpen) return <EntryField {...props} />;
  return (
    <p>
      <Button small look="plain" aria-label={props.label} onClick={() => setOpen(true)}>
        {text.otherShort}
      </Button>
    </p>
  );
}

/** The field for the new entry. The key Enter adds it, and does not save the whole form. */
function EntryField({ field, label, accepts, onAdd }: NewEntry) {
  const { text } = useEditor();
  const [name, setName] = useState('');
  const [isRefused, setRefused] = useState(false);
  const error = useId();
  const add = () => {
    const entryName = name.trim();
    if (!accepts(entryName)) return setRefused(true);
    onAdd(entryName);
    setName('');
  };
  return (
    <>
      <div className="another">
        <input
          className="input"
          aria-label={label}
          aria-invalid={isRefused}
          aria-describedby={isRefused ? error : undefined}
          type={field.input === 'date' ? 'date' : 'text'}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          // biome-ignore lint/a11y/noAutofocus: the reader has just pressed the button that opens this field
          autoFocus={field.from !== undefined}
          value={name}
          onChange={({ target }) => {
            setRefused(false);
            setName(target.value);
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            if (name.trim() !== '') add();
          }}
        />
        <Button small disabled={name.trim() === ''} onClick={add} aria-label={`${text.addName}: ${label}`}>
          {text.addName}
        </Button>
      </div>
      {isRefused ? (
        <p className="field-error" id={error} role="alert">
          {`${text.faults['not_a_name']} (not_a_name)`}
        </p>
      ) : null}
    </>
  );
}
