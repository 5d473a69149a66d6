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
import { EmergencyForm } from './emergency-form.js';
import { Forbidden } from './forbidden.js';
import { type Further, parseFurther, writeFurther } from './further-members.js';
import { FurtherRules } from './further-rules.js';
import { LEVELS, type Level, levelOf, withLevel } from './levels.js';
import { TryDraft } from './try-draft.js';
import { WideningForm } from './widening-form.js';

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
  const { draft, body, isInvalid, furtherProblem, isStale, change, restart, save } = useControlsDraft(
    slug,
    controls,
  );
  return (
    <form
      className="stack loose"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isInvalid) save.mutate();
      }}
    >
      <fieldset className="stack loose" disabled={!mayChange}>
        <div className="choices">
          <TextField
            label={text.approvals}
            hint={text.approvalsHint}
            type="number"
            required
            min={1}
            max={20}
            value={draft.approvals}
            onChange={(event) => change({ approvals: event.target.value })}
          />
          <TextField
            label={text.longest}
            hint={text.longestHint}
            inputMode="decimal"
            value={draft.longest}
            error={isLongestInvalid(draft) ? text.longestWrong : null}
            onChange={(event) => change({ longest: event.target.value })}
          />
        </div>
        <ActionLevels draft={draft} services={services} onChange={change} />
        <Forbidden
          rules={draft.forbid}
          services={services}
          mayChange={mayChange}
          onChange={(forbid) => change({ forbid })}
        />
        <EmergencyForm
          emergency={draft.emergency}
          services={services}
          mayChange={mayChange}
          onChange={(emergency) => change({ emergency })}
        />
        <WideningForm widening={draft.widening} onChange={(widening) => change({ widening })} />
        <FurtherRules draft={draft} problem={furtherProblem} onChange={(further) => change({ further })} />
      </fieldset>
      {isStale ? (
        <Notice tone="wait" icon="alert" live>
          <p>{text.conflict}</p>
          <p>
            <Button small onClick={restart}>
              {text.reload}
            </Button>
          </p>
        </Notice>
      ) : save.error === null ? null : (
        <ProblemNotice error={save.error} />
      )}
      <TryDraft slug={slug} draft={body} disabled={isInvalid} />
      <p role="status">
        {save.isSuccess ? (save.data.waiting === undefined ? text.saved : text.savedWaiting) : ''}
      </p>
      {mayChange ? (
        <p>
          <Button type="submit" look="primary" busy={save.isPending} disabled={isInvalid}>
            {text.save}
          </Button>
        </p>
      ) : null}
    </form>
  );
}

function ActionLevels({
  draft,
  services,
  onChange,
}: {
  draft: Draft;
  services: readonly Service[];
  onChange: (part: Partial<Draft>) => void;
}) {
  const text = useText(controlsTexts);
  const actions = [...new Set(services.flatMap(({ routes }) => routes.map(({ action }) => action)))];
  return (
    <section className="stack near">
      <h2>{text.actions}</h2>
      <p className="soft">{text.actionsLead}</p>
      <div className="choices">
        {actions.map((action) => (
          <SelectField
            key={action}
            label={action}
            value={levelOf(action, draft)}
            onChange={(event) => onChange(withLevel(draft, action, event.target.value as Level))}
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

/** The reader's changes. They survive a change by someone else; `isStale` then says that they can no longer be saved. */
function useControlsDraft(slug: string, controls: Controls) {
  const [base, setBase] = useState(controls);
  const [draft, setDraft] = useState(() => draftOf(controls));
  const begin = (from: Controls) => {
    setBase(from);
    setDraft(draftOf(from));
  };
  const hasNewVersion = controls.version !== base.version;
  const isEdited = JSON.stringify(draft) !== JSON.stringify(draftOf(base));
  if (hasNewVersion && !isEdited) begin(controls);
  const read = parseFurther(draft.further);
  const further = 'members' in read ? read.members : null;
  const save = useMutation({
    mutationFn: () => {
      const body = { ...bodyOf(draft, further ?? {}), version: base.version };
      return unwrap(api.PUT('/api/v1/tenants/{slug}/privacy-controls', { params: { path: { slug } }, body }));
    },
    onSuccess: ({ waiting: _waiting, ...saved }) => {
      begin(saved);
      queryClient.setQueryData(controlsQuery(slug).queryKey, saved);
    },
    onSettled: () => invalidate(['controls', slug], ['widenings', slug]),
  });
  const isConflict = save.error instanceof ApiProblem && save.error.code === 'conflict';
  return {
    draft,
    body: isLongestInvalid(draft) || further === null ? null : bodyOf(draft, further),
    isInvalid: isLongestInvalid(draft) || further === null,
    furtherProblem: 'problem' in read ? read.problem : null,
    isStale: (hasNewVersion && isEdited) || isConflict,
    save,
    change: (part: Partial<Draft>) => {
      save.reset();
      setDraft({ ...draft, ...part });
    },
    /** Discards the changes and starts from the present version. */
    restart: () => {
      save.reset();
      begin(controls);
    },
  };
}

/** The values of the form, with numbers as typed. */
interface Draft extends Pick<Controls, 'countersign' | 'slackMayApprove' | 'forbid'> {
  emergency: Controls['emergency'] | undefined;
  widening: Controls['widening'] | undefined;
  approvals: string;
  longest: string;
  /** The members without a field of their own, as JSON; empty if there are none. */
  further: string;
}

function draftOf(controls: Controls): Draft {
  const {
    approvals,
    maxDuration,
    countersign,
    slackMayApprove,
    forbid,
    emergency,
    widening,
    version: _version,
    ...rest
  } = controls;
  return {
    approvals: String(approvals),
    longest: minutesOf(maxDuration),
    countersign,
    slackMayApprove,
    forbid,
    emergency,
    widening,
    further: writeFurther(rest),
  };
}

const secondsOf = (minutes: string): number => Math.round(Number(minutes.replace(',', '.')) * 60);

/** The members that the broker takes, without the version that they are based on. */
function bodyOf(
  { approvals, longest, emergency, widening, further: _text, ...lists }: Draft,
  further: Further,
) {
  const maxDuration = longest.trim() === '' ? null : formatDuration(secondsOf(longest));
  const optional = {
    ...(emergency === undefined ? {} : { emergency }),
    ...(widening === undefined ? {} : { widening }),
  };
  return { ...further, ...lists, ...optional, approvals: Number(approvals), maxDuration };
}

function isLongestInvalid({ longest }: Draft): boolean {
  const seconds = secondsOf(longest);
  return longest.trim() !== '' && !(Number.isSafeInteger(seconds) && seconds >= 1);
}

const minutesOf = (duration: string | null): string =>
  duration === null ? '' : String((parseDuration(duration) ?? 0) / 60);
