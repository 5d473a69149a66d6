import type { Demand, DemandStepBody } from '@countersign/api';
import {
  DEMAND_STEP_ACTIONS,
  type DemandStepAction,
  REDIRECT_OUTCOMES,
  type RedirectOutcome,
} from '@countersign/contract';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { Choice, SelectField, TextArea, TextField } from '../../ui/field.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { instantOf } from './demand-parts.js';
import { demandsTexts } from './demands.text.js';

interface Draft {
  outcome: RedirectOutcome;
  reason: string;
  scope: string;
  accounts: string;
  grant: string;
  until: string;
  withContent: boolean;
}

const EMPTY: Draft = {
  ...{ outcome: 'accepted', reason: '', scope: '', accounts: '', grant: '', until: '', withContent: false },
};

/** The members that the action has, and no others: the broker refuses one that it does not have. */
function bodyOf(action: DemandStepAction, { reason, ...draft }: Draft): DemandStepBody {
  const accounts = draft.accounts === '' ? {} : { accounts: Number(draft.accounts) };
  switch (action) {
    case 'redirected':
      return { action, reason, outcome: draft.outcome };
    case 'narrowed':
      return { action, reason, scope: draft.scope, ...accounts };
    case 'disclosed':
      return {
        ...{ action, reason, withContent: draft.withContent, ...accounts },
        ...(draft.grant === '' ? {} : { grant: draft.grant }),
      };
    case 'extension-proposed':
      return { action, reason, until: instantOf(draft.until) ?? '' };
    default:
      return { action, reason };
  }
}

/** The form for the next step. The broker holds the state machine; a step that it does not have is refused in words. */
export function RecordStep({ demand: { id, state, sealed } }: { demand: Demand }) {
  const text = useText(demandsTexts);
  const actions = DEMAND_STEP_ACTIONS.filter((each) =>
    each.startsWith('exten') ? sealed : state !== 'closed',
  );
  // No step is chosen for the person: none of them can be taken back.
  const [action, setAction] = useState<DemandStepAction | ''>(state === 'received' ? 'redirected' : '');
  const [draft, setDraft] = useState(EMPTY);
  const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const add = useMutation({
    mutationFn: (chosen: DemandStepAction) =>
      unwrap(
        api.POST('/api/v1/demands/{id}/steps', { params: { path: { id } }, body: bodyOf(chosen, draft) }),
      ),
    onSuccess: () => {
      setAction('');
      setDraft(EMPTY);
    },
    onSettled: () => invalidate(['demand', id], ['demands']),
  });
  if (actions.length === 0) return null;
  return (
    <section className="stack near" aria-labelledby="record-step">
      <h2 id="record-step">{text.next}</h2>
      <form
        className="stack near"
        onSubmit={(event) => {
          event.preventDefault();
          if (action !== '') add.mutate(action);
        }}
      >
        <SelectField
          label={text.action}
          required
          value={action}
          onChange={({ target }) => setAction(target.value as DemandStepAction)}
        >
          <option value="" disabled>
            {text.choose}
          </option>
          {actions.map((each) => (
            <option key={each} value={each}>
              {text.actions[each]}
            </option>
          ))}
        </SelectField>
        <StepFields action={action} draft={draft} onChange={change} />
        <TextArea
          label={text.stepReason}
          required
          value={draft.reason}
          onChange={({ target }) => change({ reason: target.value })}
        />
        {add.error === null ? null : <ProblemNotice error={add.error} />}
        <p>
          <Button type="submit" busy={add.isPending} disabled={action === '' || draft.reason.trim() === ''}>
            {text.add}
          </Button>
        </p>
      </form>
    </section>
  );
}

interface DraftFields {
  draft: Draft;
  onChange: (change: Partial<Draft>) => void;
}

/** What the step has beside its reason. */
function StepFields({ action, draft, onChange }: DraftFields & { action: DemandStepAction | '' }) {
  const text = useText(demandsTexts);
  return (
    <>
      {action === 'redirected' ? (
        <SelectField
          label={text.outcome}
          value={draft.outcome}
          onChange={({ target }) => onChange({ outcome: target.value as RedirectOutcome })}
        >
          {REDIRECT_OUTCOMES.map((each) => (
            <option key={each} value={each}>
              {text.outcomes[each]}
            </option>
          ))}
        </SelectField>
      ) : null}
      {action === 'narrowed' ? (
        <TextArea
          label={text.left}
          required
          value={draft.scope}
          onChange={({ target }) => onChange({ scope: target.value })}
        />
      ) : null}
      {action === 'disclosed' ? <DisclosedFields draft={draft} onChange={onChange} /> : null}
      {action === 'narrowed' || action === 'disclosed' ? (
        <TextField
          label={text.accountsAffected}
          type="number"
          min={0}
          required={action === 'disclosed'}
          value={draft.accounts}
          onChange={({ target }) => onChange({ accounts: target.value })}
        />
      ) : null}
      {action === 'extension-proposed' ? (
        <TextField
          label={text.until}
          type="datetime-local"
          required
          value={draft.until}
          onChange={({ target }) => onChange({ until: target.value })}
        />
      ) : null}
    </>
  );
}

/** Whether content was disclosed, and by which access. */
function DisclosedFields({ draft, onChange }: DraftFields) {
  const text = useText(demandsTexts);
  return (
    <>
      <Choice
        type="checkbox"
        checked={draft.withContent}
        onChange={({ target }) => onChange({ withContent: target.checked })}
      >
        {text.content}
      </Choice>
      <TextField
        label={text.grant}
        placeholder="grt_…"
        value={draft.grant}
        onChange={({ target }) => onChange({ grant: target.value.trim() })}
      />
    </>
  );
}
