import { useId, useState } from 'react';
import { readerZone } from '../../../text/clock.js';
import { Choice, SelectField, TextField } from '../../../ui/field.js';
import { codecOf } from './codecs.js';
import { type Path, pointerOf, sameJson, valueAt } from './document.js';
import { useEditor, useFault } from './editor-context.js';
import type { Field } from './fields.js';

const INPUT = {
  number: { inputMode: 'numeric' },
  duration: { inputMode: 'decimal' },
  day: { type: 'date' },
  instant: { type: 'datetime-local' },
  clock: { inputMode: 'numeric', maxLength: 5 },
} as const;

export function TextControl({ field, path }: { field: Field; path: Path }) {
  const { document, set, text } = useEditor();
  const [typed, setTyped] = useState<string | null>(null);
  const zones = useId();
  const codec = codecOf(field);
  const value = valueAt(document, path);
  const { label, hint } = text.fields[field.text];
  const zone = readerZone();
  return (
    <>
      <TextField
        label={label}
        hint={field.kind === 'instant' ? text.zoneOfReader(zone) : hint}
        error={useFault(path)}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={field.kind === 'text'}
        {...(Object.hasOwn(INPUT, field.kind) ? INPUT[field.kind as keyof typeof INPUT] : {})}
        {...(field.kind === 'zone' ? { list: zones } : {})}
        data-pointer={pointerOf(path)}
        // What is typed stays as it is, while it says the same as the value: “1.” is on its way to “1.5”.
        value={typed !== null && sameJson(codec.write(typed), value) ? typed : codec.read(value)}
        onChange={({ target }) => {
          setTyped(target.value);
          set(path, codec.write(target.value));
        }}
      />
      {field.kind === 'zone' ? (
        <datalist id={zones}>
          {Intl.supportedValuesOf('timeZone').map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
      ) : null}
    </>
  );
}

/** One of the known names; a text field if there are none. */
export function NameControl({ field, path }: { field: Field & { kind: 'name' }; path: Path }) {
  const { document, set, choices, text } = useEditor();
  const error = useFault(path);
  const known = field.from === undefined ? [] : choices(field.from);
  if (known.length === 0) return <TextControl field={field} path={path} />;
  const value = valueAt(document, path);
  const present = typeof value === 'string' ? value : '';
  return (
    <SelectField
      label={text.fields[field.text].label}
      hint={text.fields[field.text].hint}
      error={error}
      data-pointer={pointerOf(path)}
      value={present}
      onChange={({ target }) => set(path, target.value)}
    >
      <option value="">{text.choose}</option>
      {[...new Set([...known, ...(present === '' ? [] : [present])])].map((name) => (
        <option key={name}>{name}</option>
      ))}
    </SelectField>
  );
}

export function FlagControl({ field, path }: { field: Field; path: Path }) {
  const { document, set, text } = useEditor();
  return (
    <Choice
      type="checkbox"
      data-pointer={pointerOf(path)}
      checked={valueAt(document, path) === true}
      onChange={({ target }) =>
        set(path, target.checked ? true : field.optional === true ? undefined : false)
      }
    >
      {text.fields[field.text].label}
    </Choice>
  );
}

export function ChoiceControl({ field, path }: { field: Field & { kind: 'choice' }; path: Path }) {
  const { document, set, text, writer } = useEditor();
  const value = valueAt(document, path);
  const first = field.optional === true ? field.values[0] : undefined;
  return (
    <SelectField
      label={text.fields[field.text].label}
      hint={text.fields[field.text].hint}
      error={useFault(path)}
      data-pointer={pointerOf(path)}
      value={typeof value === 'string' ? value : (first ?? '')}
      onChange={({ target }) => set(path, target.value)}
    >
      {value !== undefined && !field.values.includes(value as string) ? (
        <option value={value as string}>{String(value)}</option>
      ) : null}
      {field.values.map((each) => (
        <option key={each} value={each}>
          {writer.choice(each)}
        </option>
      ))}
    </SelectField>
  );
}
