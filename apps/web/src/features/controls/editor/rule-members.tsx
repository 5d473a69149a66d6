import { useState } from 'react';
import { Button } from '../../../ui/button.js';
import { isObject, type Path, valueAt } from './document.js';
import { useEditor } from './editor-context.js';
import { RULE, type RuleField } from './fields.js';
import { focusSoon } from './focus.js';
import { FocusWhenAdded } from './item-parts.js';
import { MemberControl } from './member-control.js';

/** The conditions and requirements of a rule: those that it has, and a button for each other one. */
export function RuleMembers({ path }: { path: Path }) {
  const { text } = useEditor();
  return (
    <div className="stack">
      <Part part="when" title={text.appliesTo} path={path} />
      <Part part="then" title={text.requires} path={path} />
    </div>
  );
}

const FIELDS: readonly (readonly [string, RuleField])[] = Object.entries(RULE);

function Part({ part, title, path }: { part: RuleField['part']; title: string; path: Path }) {
  const { document, set, text } = useEditor();
  const [added, setAdded] = useState<string | null>(null);
  const rule = valueAt(document, path);
  const isSet = (name: string) => isObject(rule) && Object.hasOwn(rule, name);
  const fields = FIELDS.filter(([, field]) => field.part === part);
  const present = fields.filter(([name]) => isSet(name));
  return (
    <fieldset className="rule-part stack near">
      <legend className="legend">{title}</legend>
      {part === 'when' && present.length === 0 ? <p className="soft">{text.appliesToAll}</p> : null}
      {present.map(([name, field]) => (
        <div key={name} className="member">
          <FocusWhenAdded focus={added === name}>
            <MemberControl field={field} path={[...path, name]} />
          </FocusWhenAdded>
          <Button
            small
            look="plain"
            onClick={({ currentTarget }) => {
              const part = currentTarget.closest('fieldset');
              set([...path, name], undefined);
              focusSoon(() => part?.querySelector<HTMLElement>(`[data-member="${name}"]`));
            }}
          >
            {text.removeMember(text.fields[field.text].label)}
          </Button>
        </div>
      ))}
      <p className="row near">
        {fields
          .filter(([name]) => !isSet(name))
          .map(([name, field]) => (
            <Button
              key={name}
              small
              data-member={name}
              look="plain"
              aria-label={text.addMember(text.fields[field.text].label)}
              onClick={() => {
                setAdded(name);
                set([...path, name], field.begin);
              }}
            >
              {`+ ${text.fields[field.text].label}`}
            </Button>
          ))}
      </p>
    </fieldset>
  );
}
