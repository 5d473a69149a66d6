import type { Service } from '@countersign/api';
import { useText } from '../../../text/language.js';
import { SelectField } from '../../../ui/field.js';
import { controlsTexts } from '../controls.text.js';
import { LEVELS, type Level, levelOf, withLevel } from '../levels.js';
import type { Json } from './document.js';
import { useEditor, useFault } from './editor-context.js';

const namesIn = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];

/** What each action takes: `countersign` and `slackMayApprove` together, because an action is in at most one of them. */
export function ActionLevels({ services }: { services: readonly Service[] }) {
  const text = useText(controlsTexts);
  const { document, set } = useEditor();
  const lists = {
    countersign: namesIn(document['countersign']),
    slackMayApprove: namesIn(document['slackMayApprove']),
  };
  const faults = [useFault(['countersign']), useFault(['slackMayApprove'])].filter((fault) => fault !== null);
  const known = services.flatMap(({ routes }) => routes.map(({ action }) => action));
  const actions = [...new Set([...known, ...lists.countersign, ...lists.slackMayApprove])];
  const change = (action: string, level: Level) => {
    const { countersign, slackMayApprove } = withLevel(lists, action, level);
    set(['countersign'], [...countersign]);
    set(['slackMayApprove'], [...slackMayApprove]);
  };
  return (
    <section className="stack near" data-pointer="/countersign" tabIndex={-1}>
      <h2>{text.actions}</h2>
      <p className="soft">{text.actionsLead}</p>
      {faults.map((fault) => (
        <p key={fault} className="field-error">
          {fault}
        </p>
      ))}
      <div className="stack near">
        {actions.map((action) => (
          <SelectField
            key={action}
            label={action}
            value={levelOf(action, lists)}
            onChange={({ target }) => change(action, target.value as Level)}
          >
            {LEVELS.map((level) => (
              <option key={level} value={level}>
                {text.level[level]}
              </option>
            ))}
          </SelectField>
        ))}
      </div>
    </section>
  );
}
