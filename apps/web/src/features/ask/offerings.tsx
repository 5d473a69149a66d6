import type { Service } from '@countersign/api';
import { entryWords, listOfferings, tickOf } from '@countersign/wording';
import { useLanguage, useText } from '../../text/language.js';
import { Choice, TextField } from '../../ui/field.js';
import { askTexts } from './ask.text.js';
import type { Draft } from './draft.js';

/** A checkbox for each action on each resource of the service. */
export function Offerings({
  legend,
  service,
  draft,
  onChange,
}: {
  /** The question that the checkboxes answer. */
  legend: string;
  service: Service;
  draft: Pick<Draft, 'ticked' | 'objects'>;
  onChange: (change: Partial<Pick<Draft, 'ticked' | 'objects'>>) => void;
}) {
  const text = useText(askTexts);
  const language = useLanguage();
  const toggle = (tick: string, on: boolean) => {
    const ticked = new Set(draft.ticked);
    if (on) ticked.add(tick);
    else ticked.delete(tick);
    onChange({ ticked });
  };
  const hasPattern = [...draft.ticked].some((tick) => tick.split(' ')[0]?.endsWith('/*'));
  return (
    <fieldset className="stack near">
      <legend className="legend">{legend}</legend>
      <div className="choices">
        {listOfferings(service).map((offering) => (
          <Choice
            key={tickOf(offering)}
            type="checkbox"
            checked={draft.ticked.has(tickOf(offering))}
            onChange={(event) => toggle(tickOf(offering), event.target.checked)}
          >
            {entryWords({ resource: offering.pattern, actions: [offering.action] }, language)}
          </Choice>
        ))}
      </div>
      {hasPattern ? (
        <TextField
          label={text.objects}
          hint={text.objectsHint}
          value={draft.objects}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          onChange={(event) => onChange({ objects: event.target.value })}
        />
      ) : null}
    </fieldset>
  );
}
