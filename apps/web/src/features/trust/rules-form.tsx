import type { Service } from '@countersign/api';
import { MAX_APPROVALS, type TrustDocument } from '@countersign/contract';
import { useText } from '../../text/language.js';
import { SelectField, TextField } from '../../ui/field.js';
import { ActionChoices } from '../controls/allowed-actions.js';
import { Forbidden } from '../controls/forbidden.js';
import { BasesForm } from './bases-form.js';
import { trustTexts } from './trust.text.js';

/** The rules of the draft that an admin can change. */
export type RuleEdits = Partial<
  Pick<TrustDocument, 'threshold' | 'approvals' | 'countersign' | 'forbid' | 'bases' | 'validUntil'>
>;

/** A document can be valid for 180 days. One day is left for the last person to sign. */
const VALID_DAYS = 179;
const DAY_MS = 86_400_000;

/** A form for the rules of the next version. */
export function RulesForm({
  document,
  services,
  onChange,
}: {
  document: TrustDocument;
  services: readonly Service[];
  onChange: (edit: RuleEdits) => void;
}) {
  const text = useText(trustTexts);
  const { people, approvals, threshold, countersign, validUntil } = document;
  const dayIn = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
  return (
    <div className="stack loose">
      <div className="choices">
        <CountField
          label={text.approvals}
          words={text.approvalsOf}
          value={approvals}
          most={Math.min(MAX_APPROVALS, people.length)}
          onChange={(count) => onChange({ approvals: count })}
        />
        <CountField
          label={text.threshold}
          words={text.thresholdOf}
          value={threshold}
          most={people.length}
          onChange={(count) => onChange({ threshold: count })}
        />
      </div>
      <TextField
        label={text.validUntil}
        hint={text.validUntilHint}
        type="date"
        required
        value={validUntil.slice(0, 10)}
        min={dayIn(1)}
        max={dayIn(VALID_DAYS)}
        onChange={({ target }) => {
          if (target.value !== '') onChange({ validUntil: `${target.value}T00:00:00Z` });
        }}
      />
      <ExceptActions
        exceptActions={countersign.exceptActions}
        services={services}
        onChange={(exceptActions) => onChange({ countersign: { exceptActions } })}
      />
      <Forbidden
        heading="h3"
        rules={document.forbid}
        services={services}
        mayChange
        onChange={(forbid) => onChange({ forbid })}
      />
      <BasesForm bases={document.bases} services={services} onChange={(bases) => onChange({ bases })} />
    </div>
  );
}

/** The actions that need no signature. */
function ExceptActions({
  exceptActions,
  services,
  onChange,
}: {
  exceptActions: readonly string[];
  services: readonly Service[];
  onChange: (exceptActions: string[]) => void;
}) {
  const text = useText(trustTexts);
  const offered = services.flatMap(({ routes }) => routes.map(({ action }) => action));
  const actions = [...new Set([...offered, ...exceptActions])].sort();
  return (
    <ActionChoices
      legend={text.except}
      hint={text.exceptHint}
      actions={actions}
      chosen={exceptActions}
      onToggle={(action, isChosen) => {
        const others = exceptActions.filter((each) => each !== action);
        onChange(isChosen ? [...others, action].sort() : others);
      }}
    />
  );
}

function CountField({
  label,
  words,
  value,
  most,
  onChange,
}: {
  label: string;
  words: (count: number) => string;
  value: number;
  most: number;
  onChange: (count: number) => void;
}) {
  const counts = Array.from({ length: Math.max(most, value) }, (_none, index) => index + 1);
  return (
    <SelectField label={label} value={value} onChange={({ target }) => onChange(Number(target.value))}>
      {counts.map((count) => (
        <option key={count} value={count}>
          {words(count)}
        </option>
      ))}
    </SelectField>
  );
}
