import type { Service } from '@countersign/api';
import type { Terms } from '@countersign/contract';
import {
  type Choice,
  entryWords,
  minutesText,
  type Outcome,
  pairOf,
  readOnlyPairs,
  wholeChoice,
} from '@countersign/wording';
import { useState } from 'react';
import { useLanguage, useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { Choice as ChoiceCard, TextField } from '../../ui/field.js';
import { Help } from '../../ui/help.js';
import { decisionTexts } from './decision.text.js';

/** The form that grants less than the engineer asked for. Presets fill the same fields as individual choices. */
export function NarrowForm({
  terms,
  service,
  choice,
  outcome,
  onChange,
}: {
  terms: Terms;
  service: Service | undefined;
  choice: Choice;
  outcome: Outcome;
  onChange: (choice: Choice) => void;
}) {
  const text = useText(decisionTexts);
  const [isOpen, setOpen] = useState(false);
  const whole = wholeChoice(terms);
  const half = minutesText(Math.max(1, Math.floor(terms.seconds / 2)));
  return (
    <fieldset className="stack near no-print">
      <legend className="legend">
        {text.grantLess} <Help about="counter-offer" word={text.counterOffer} />
      </legend>
      <div className="row near">
        {service === undefined ? null : (
          <ReadOnlyToggle terms={terms} service={service} choice={choice} onChange={onChange} />
        )}
        <Toggle
          on={choice.minutes === half}
          onClick={() => onChange({ ...choice, minutes: choice.minutes === half ? whole.minutes : half })}
        >
          {text.halfTime}
        </Toggle>
        <Toggle
          on={isOpen && choice.objects !== ''}
          onClick={() => {
            setOpen(true);
            if (choice.objects !== '') onChange({ ...choice, objects: '' });
          }}
        >
          {text.onlyObjects}
        </Toggle>
        {terms.unmasked === true ? (
          <Toggle
            on={choice.masked === true}
            onClick={() => onChange({ ...choice, masked: choice.masked !== true })}
          >
            {text.keepHidden}
          </Toggle>
        ) : null}
        <Button small look="plain" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {text.exactly}
        </Button>
        {outcome.kind === 'whole' ? null : (
          <Button small look="plain" onClick={() => onChange(whole)}>
            {text.allOfIt}
          </Button>
        )}
      </div>
      {isOpen ? <ExactChoice terms={terms} choice={choice} outcome={outcome} onChange={onChange} /> : null}
    </fieldset>
  );
}

/** Keeps only the actions that read. Renders nothing if there are none, or no others. */
function ReadOnlyToggle({
  terms,
  service,
  choice,
  onChange,
}: {
  terms: Terms;
  service: Service;
  choice: Choice;
  onChange: (choice: Choice) => void;
}) {
  const text = useText(decisionTexts);
  const readOnly = readOnlyPairs(terms, service);
  const whole = wholeChoice(terms);
  if (readOnly === null || sameSet(readOnly, whole.pairs)) return null;
  const isReadOnly = sameSet(choice.pairs, readOnly);
  return (
    <Toggle
      on={isReadOnly}
      onClick={() => onChange({ ...choice, pairs: isReadOnly ? whole.pairs : readOnly })}
    >
      {text.readOnly}
    </Toggle>
  );
}

function ExactChoice({
  terms,
  choice,
  outcome,
  onChange,
}: {
  terms: Terms;
  choice: Choice;
  outcome: Outcome;
  onChange: (choice: Choice) => void;
}) {
  const text = useText(decisionTexts);
  const language = useLanguage();
  const why = outcome.kind === 'wrong' ? outcome.why : null;
  const folder = terms.scope.map(({ resource }) => /^(.+)\/\*\*?$/.exec(resource)?.[1]).find(Boolean);
  const keep = (pair: string, isOn: boolean) => {
    const next = new Set(choice.pairs);
    if (isOn) next.add(pair);
    else next.delete(pair);
    onChange({ ...choice, pairs: next });
  };
  return (
    <div className="sheet stack">
      <div className="choices">
        {terms.scope.flatMap(({ resource, actions }) =>
          actions.map((action) => (
            <ChoiceCard
              key={pairOf(resource, action)}
              type="checkbox"
              checked={choice.pairs.has(pairOf(resource, action))}
              onChange={(event) => keep(pairOf(resource, action), event.target.checked)}
            >
              {entryWords({ resource, actions: [action] }, language)}
            </ChoiceCard>
          )),
        )}
      </div>
      {why === 'nothing_left' ? <p className="field-error">{text.nothingLeft}</p> : null}
      <TextField
        label={text.objects}
        hint={text.objectsHint(folder === undefined ? 'invoices/inv-1001' : `${folder}/…`)}
        value={choice.objects}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        error={why === 'unknown_object' ? text.objectsWrong : null}
        onChange={(event) => onChange({ ...choice, objects: event.target.value })}
      />
      <TextField
        label={text.minutes}
        inputMode="decimal"
        value={choice.minutes}
        error={why === 'bad_time' ? `1 – ${minutesText(terms.seconds)}` : null}
        onChange={(event) => onChange({ ...choice, minutes: event.target.value })}
      />
    </div>
  );
}

function Toggle({ on, onClick, children }: { on: boolean; onClick: () => void; children: string }) {
  return (
    <Button small aria-pressed={on} icon={on ? 'done' : undefined} onClick={onClick}>
      {children}
    </Button>
  );
}

const sameSet = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  one.size === other.size && [...one].every((each) => other.has(each));
