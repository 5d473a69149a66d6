import { formatDuration, parseDuration } from '@countersign/contract';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Service } from '../../api/client.js';
import { type Controls, controlsQuery } from '../../api/organisation.js';
import { ApiProblem, unwrap } from '../../api/problem.js';
import { invalidate, queryClient } from '../../api/query-client.js';
import { useText } from '../../text/language.js';
import { Notice } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { SelectField, TextField } from '../../ui/field.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { controlsTexts } from './controls.text.js';
import { Forbidden } from './forbidden.js';
import { LEVELS, type Level, levelOf, withLevel } from './levels.js';

/** The form for all controls. A save names the version that was read, so that it cannot overwrite an unseen change. */
export function ControlsForm({
  slug,
  controls,
  services,
  mayChange,
}: {
  slug: string;
  controls: Controls;
  services: readonly Service[];
  mayChange: boolean;
}) {
  const text = useText(controlsTexts);
  /** The version that the draft is based on. Someone else's change does not discard the draft. */
  const [base, setBase] = useState(controls);
  const [draft, setDraft] = useState(() => draftOf(controls));
  const begin = (from: Controls) => {
    setBase(from);
    setDraft(draftOf(from));
  };
  const hasMoved = controls.version !== base.version;
  const isTouched = JSON.stringify(draft) !== JSON.stringify(draftOf(base));
  if (hasMoved && !isTouched) begin(controls);
  const seconds = Math.round(Number(draft.longest.replace(',', '.')) * 60);
  const isWrong = draft.longest.trim() !== '' && !(Number.isSafeInteger(seconds) && seconds >= 1);
  const save = useMutation({
    mutationFn: () => {
      const { approvals, longest, ...lists } = draft;
      const maxDuration = longest.trim() === '' ? null : formatDuration(seconds);
      const body = { ...lists, version: base.version, approvals: Number(approvals), maxDuration };
      return unwrap(api.PUT('/api/v1/tenants/{slug}/privacy-controls', { params: { path: { slug } }, body }));
    },
    onSuccess: (saved) => {
      begin(saved);
      queryClient.setQueryData(controlsQuery(slug).queryKey, saved);
    },
    onSettled: () => invalidate(['controls', slug]),
  });
  const change = (part: Partial<Draft>) => {
    save.reset();
    setDraft({ ...draft, ...part });
  };
  const actions = [...new Set(services.flatMap(({ routes }) => routes.map(({ action }) => action)))];
  const isConflict = save.error instanceof ApiProblem && save.error.code === 'conflict';
  return (
    <form
      className="stack loose"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isWrong) save.mutate();
      }}
    >
      <fieldset className="stack loose" disabled={!mayChange}>
        <div className="choices">
          <TextField
            label={text.approvals}
            hint={text.approvalsHint}
            type="number"
            required
            min={0}
            max={20}
            value={draft.approvals}
            onChange={(event) => change({ approvals: event.target.value })}
          />
          <TextField
            label={text.longest}
            hint={text.longestHint}
            inputMode="decimal"
            value={draft.longest}
            error={isWrong ? text.longestWrong : null}
            onChange={(event) => change({ longest: event.target.value })}
          />
        </div>
        <section className="stack near">
          <h2>{text.actions}</h2>
          <p className="soft">{text.actionsLead}</p>
          <div className="choices">
            {actions.map((action) => (
              <SelectField
                key={action}
                label={action}
                value={levelOf(action, draft)}
                onChange={(event) => change(withLevel(draft, action, event.target.value as Level))}
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
        <Forbidden
          rules={draft.forbid}
          services={services}
          mayChange={mayChange}
          onChange={(forbid) => change({ forbid })}
        />
      </fieldset>
      {(hasMoved && isTouched) || isConflict ? (
        <Notice tone="wait" icon="alert" live>
          <p>{text.conflict}</p>
          <p>
            <Button
              small
              onClick={() => {
                save.reset();
                begin(controls);
              }}
            >
              {text.reload}
            </Button>
          </p>
        </Notice>
      ) : save.error === null ? null : (
        <ProblemNotice error={save.error} />
      )}
      <p role="status">{save.isSuccess ? text.saved : ''}</p>
      {mayChange ? (
        <p>
          <Button type="submit" look="primary" busy={save.isPending} disabled={isWrong}>
            {text.save}
          </Button>
        </p>
      ) : null}
    </form>
  );
}

/** The values of the form, with numbers as typed. */
interface Draft extends Pick<Controls, 'countersign' | 'slackMayApprove' | 'forbid'> {
  approvals: string;
  longest: string;
}

const draftOf = ({ approvals, maxDuration, countersign, slackMayApprove, forbid }: Controls): Draft => ({
  approvals: String(approvals),
  longest: minutesOf(maxDuration),
  countersign,
  slackMayApprove,
  forbid,
});

const minutesOf = (duration: string | null): string =>
  duration === null ? '' : String((parseDuration(duration) ?? 0) / 60);
