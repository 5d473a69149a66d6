import { Button } from '../../../ui/button.js';
import { Choice } from '../../../ui/field.js';
import { isObject, type Path, pointerOf, valueAt } from './document.js';
import { useEditor, useFault } from './editor-context.js';
import type { Field } from './fields.js';
import { FocusWhenAdded, ItemButtons } from './item-parts.js';
import { ChoiceControl, FlagControl, NameControl, TextControl } from './leaf-controls.js';
import { NamesControl } from './names-control.js';
import { useItems } from './use-items.js';

/** The control of one member, by its kind. */
export function MemberControl({ field: member, path }: { field: Field; path: Path }) {
  // A member that the reader has added stays while it is empty: its own button removes it.
  const field = 'part' in member ? { ...member, optional: false } : member;
  switch (field.kind) {
    case 'flag':
      return <FlagControl field={field} path={path} />;
    case 'choice':
      return <ChoiceControl field={field} path={path} />;
    case 'names':
      return <NamesControl field={field} path={path} />;
    case 'object':
      return <ObjectControl field={field} path={path} />;
    case 'items':
      return <NestedItems field={field} path={path} />;
    case 'name':
      return <NameControl field={field} path={path} />;
    default:
      return <TextControl field={field} path={path} />;
  }
}

/** Members that belong together. If they may be left out together, a checkbox says so. */
function ObjectControl({ field, path }: { field: Field & { kind: 'object' }; path: Path }) {
  const { document, set, text } = useEditor();
  const fault = useFault(path);
  const { label } = text.fields[field.text];
  const value = valueAt(document, path);
  const isPresent = isObject(value);
  const members = Object.entries(field.members).map(([name, member]) => (
    <MemberControl key={name} field={member} path={[...path, name]} />
  ));
  if (field.optional === true && field.fresh !== undefined) {
    const { fresh } = field;
    return (
      <div className="stack near">
        <Choice
          type="checkbox"
          checked={isPresent}
          data-pointer={pointerOf(path)}
          onChange={({ target }) => set(path, target.checked ? fresh : undefined)}
        >
          {label}
        </Choice>
        {isPresent ? <div className="inset stack near">{members}</div> : null}
      </div>
    );
  }
  return (
    <fieldset className="stack near" data-pointer={pointerOf(path)} tabIndex={-1}>
      <legend className="legend">{label}</legend>
      {isPresent || value === undefined ? <div className="choices">{members}</div> : null}
      {isPresent && fault !== null && Object.keys(value).length === 0 ? (
        <p className="field-error">{fault}</p>
      ) : null}
      {isPresent || value === undefined ? null : (
        <p>
          <Button small onClick={() => set(path, {})}>
            {text.addName}
          </Button>
        </p>
      )}
    </fieldset>
  );
}

/** A list inside a rule: stages, hours, blackouts. All of its entries are open. */
function NestedItems({ field, path }: { field: Field & { kind: 'items' }; path: Path }) {
  const { text } = useEditor();
  const list = useItems(field, path);
  const fault = useFault(path);
  const { label } = text.fields[field.text];
  const add = (text.add as Record<string, string>)[field.text] ?? text.addName;
  return (
    <fieldset className="stack near" data-pointer={pointerOf(path)} tabIndex={-1}>
      <legend className="legend">{label}</legend>
      <ol className="plain-list">
        {list.items.map((_, index) => (
          <li key={list.keyOf(index)} className="inset">
            <FocusWhenAdded focus={list.isAdded(index)}>
              <div className="row between">
                <span className="soft">{text.entry(index + 1)}</span>
                <ItemButtons list={list} label={label} index={index} isOrdered={field.text === 'stages'} />
              </div>
              <div className="choices">
                {Object.entries(field.members).map(([name, member]) => (
                  <MemberControl key={name} field={member} path={[...path, index, name]} />
                ))}
              </div>
            </FocusWhenAdded>
          </li>
        ))}
      </ol>
      {list.items.length < field.least && fault !== null ? <p className="field-error">{fault}</p> : null}
      <p>
        <Button small data-add disabled={list.isFull} onClick={list.add}>
          {add}
        </Button>
      </p>
    </fieldset>
  );
}
