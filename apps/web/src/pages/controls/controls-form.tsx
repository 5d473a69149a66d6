import { formatDuration, parseDuration } from '@countersign/scope';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, type Service } from '../../api/client.js';
import { type Controls, controlsQuery } from '../../api/controls.js';
import { ApiProblem, answered } from '../../api/problem.js';
import { queryClient } from '../../api/query-client.js';
import { useText } from '../../text/language.js';
import { Notice } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { SelectField, TextField } from '../../ui/field.js';
import { ProblemNotice } from '../../ui/states.js';
import { controlsTexts } from './controls.text.js';
import { Forbidden } from './forbidden.js';
import { LEVELS, type Level, levelOf, withLevel } from './levels.js';

/** All of the controls at once; saving names the version that was read, so that nobody overwrites unseen. */
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
  const [draft, setDraft] = useState(controls);
  const [longest, setLongest] = useState(() => minutesOf(controls.maxDuration));
  const seconds = Math.round(Number(longest.replace(',', '.')) * 60);
  const isWrong = longest.trim() !== '' && !(seconds >= 1);
  const save = useMutation({
    mutationFn: () => {
      const { maxDuration: _old, ...rest } = draft;
      const body = { ...rest, ...(longest.trim() === '' ? {} : { maxDuration: formatDuration(seconds) }) };
      return answered(
        api.PUT('/api/v1/tenants/{slug}/privacy-controls', { params: { path: { slug } }, body }),
      );
    },
    onSuccess: (saved) => queryClient.setQueryData(controlsQuery(slug).queryKey, saved),
  });
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
            min={1}
            max={10}
            value={String(draft.approvals)}
            onChange={(event) => setDraft({ ...draft, approvals: Number(event.target.value) })}
          />
          <TextField
            label={text.longest}
            hint={text.longestHint}
            inputMode="decimal"
            value={longest}
            error={isWrong ? text.longestWrong : null}
            onChange={(event) => setLongest(event.target.value)}
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
                onChange={(event) =>
                  setDraft({ ...draft, ...withLevel(draft, action, event.target.value as Level) })
                }
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
          onChange={(forbid) => setDraft({ ...draft, forbid })}
        />
      </fieldset>
      {save.error === null ? null : isConflict ? (
        <Notice tone="wait" icon="alert" live>
          <p>{text.conflict}</p>
          <p>
            <Button
              small
              onClick={() => void queryClient.invalidateQueries({ queryKey: ['controls', slug] })}
            >
              {text.reload}
            </Button>
          </p>
        </Notice>
      ) : (
        <ProblemNotice error={save.error} />
      )}
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

const minutesOf = (duration: string | null): string =>
  duration === null ? '' : String((parseDuration(duration) ?? 0) / 60);
