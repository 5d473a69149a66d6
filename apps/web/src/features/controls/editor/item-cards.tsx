import { useState } from 'react';
import { Badge } from '../../../ui/badge.js';
import { Button } from '../../../ui/button.js';
import { type Path, valueAt } from './document.js';
import { useEditor } from './editor-context.js';
import { faultsWithin } from './faults.js';
import type { Field } from './fields.js';
import { FocusWhenAdded, ItemButtons } from './item-parts.js';
import { MemberControl } from './member-control.js';
import { RuleMembers } from './rule-members.js';
import { type SentenceKind, sentenceOf } from './sentences.js';
import { useItems } from './use-items.js';

type ItemsField = Field & { kind: 'items' };

/** A list of the controls: each entry is a card with one sentence, which opens to be edited. */
export function ItemCards({ kind, field, path }: { kind: SentenceKind; field: ItemsField; path: Path }) {
  const { text, mayChange } = useEditor();
  const list = useItems(field, path);
  const none = text.none[kind];
  return (
    <div className="stack near">
      {list.items.length === 0 && none !== '' ? <p className="soft">{none}</p> : null}
      <ol className="plain-list">
        {list.items.map((_, index) => (
          <ItemCard key={list.keyOf(index)} {...{ kind, field, path, list, index }} />
        ))}
      </ol>
      {mayChange ? (
        <p className="row near">
          <Button small data-add disabled={list.isFull} onClick={list.add}>
            {text.add[kind]}
          </Button>
          {list.undo === null ? null : (
            <Button small look="plain" onClick={list.undo}>
              {text.undo}
            </Button>
          )}
        </p>
      ) : null}
    </div>
  );
}

function ItemCard({
  kind,
  field,
  path,
  list,
  index,
}: {
  kind: SentenceKind;
  field: ItemsField;
  path: Path;
  list: ReturnType<typeof useItems>;
  index: number;
}) {
  const { document, faults, text, writer, mayChange } = useEditor();
  const place = [...path, index];
  const [isOpen, setOpen] = useState(list.isAdded(index));
  const wrong = faultsWithin(faults, place).length;
  const { label } = text.fields[field.text];
  const item = valueAt(document, place) ?? null;
  return (
    <li className="sheet item-card stack near">
      <p className="item-sentence">
        <span className="soft">{`${index + 1}. `}</span>
        {sentenceOf(kind, item, writer, Object.keys(field.members))}
      </p>
      {wrong === 0 ? null : (
        <Badge tone="stop" icon="alert">
          {text.problems(wrong)}
        </Badge>
      )}
      {mayChange ? (
        <div className="row near">
          <Button
            small
            aria-expanded={isOpen}
            aria-label={text.named(isOpen ? text.close : text.edit, label, index + 1)}
            data-card={`/${place.join('/')}`}
            onClick={() => setOpen(!isOpen)}
          >
            {isOpen ? text.close : text.edit}
          </Button>
          <ItemButtons list={list} label={label} index={index} isOrdered={kind === 'rules'} />
        </div>
      ) : null}
      {isOpen && mayChange ? (
        <FocusWhenAdded focus={list.isAdded(index)}>
          <div className="item-body">
            {kind === 'rules' ? (
              <RuleMembers path={place} />
            ) : (
              <div className="choices">
                {Object.entries(field.members).map(([name, member]) => (
                  <MemberControl key={name} field={member} path={[...place, name]} />
                ))}
              </div>
            )}
          </div>
        </FocusWhenAdded>
      ) : null}
    </li>
  );
}
