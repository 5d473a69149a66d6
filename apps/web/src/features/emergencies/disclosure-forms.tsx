import type { DisclosureAnswerKind } from '@countersign/contract';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { Choice, TextArea } from '../../ui/field.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { emergenciesTexts } from './emergencies.text.js';

const stale = () => invalidate(['disclosures'], ['events']);

/** The vendor explains an emergency. */
export function DiscloseForm({ grant }: { grant: string }) {
  const text = useText(emergenciesTexts);
  const [reason, setReason] = useState('');
  const [prevention, setPrevention] = useState('');
  const [needed, setNeeded] = useState(true);
  const give = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST('/api/v1/grants/{id}/disclosure', {
          params: { path: { id: grant } },
          body: { reason, prevention, needed },
        }),
      ),
    onSuccess: stale,
  });
  return (
    <details className="details">
      <summary>{text.explain}</summary>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          give.mutate();
        }}
      >
        <p className="hint">{text.explainHint}</p>
        <TextArea
          label={text.reason}
          value={reason}
          required
          maxLength={4_000}
          onChange={({ target }) => setReason(target.value)}
        />
        <TextArea
          label={text.prevention}
          value={prevention}
          required
          maxLength={4_000}
          onChange={({ target }) => setPrevention(target.value)}
        />
        <Choice type="checkbox" checked={needed} onChange={({ target }) => setNeeded(target.checked)}>
          {text.neededChoice}
        </Choice>
        {give.error === null ? null : <ProblemNotice error={give.error} />}
        <p>
          <Button type="submit" look="primary" busy={give.isPending}>
            {text.explain}
          </Button>
        </p>
      </form>
    </details>
  );
}

/** The customer acknowledges or disputes. */
export function AnswerForm({ grant }: { grant: string }) {
  const text = useText(emergenciesTexts);
  const [reason, setReason] = useState('');
  const [isMissing, setMissing] = useState(false);
  const send = useMutation({
    mutationFn: (answer: DisclosureAnswerKind) =>
      unwrap(
        api.POST('/api/v1/grants/{id}/disclosure/answer', {
          params: { path: { id: grant } },
          body: { answer, ...(reason.trim() === '' ? {} : { reason }) },
        }),
      ),
    onSuccess: stale,
  });
  return (
    <form className="stack near" onSubmit={(event) => event.preventDefault()}>
      <TextArea
        label={text.answerReason}
        hint={text.answerHint}
        value={reason}
        maxLength={4_000}
        error={isMissing ? text.reasonNeeded : null}
        onChange={({ target }) => {
          setMissing(false);
          setReason(target.value);
        }}
      />
      {send.error === null ? null : <ProblemNotice error={send.error} />}
      <div className="row">
        <Button busy={send.isPending} icon="done" onClick={() => send.mutate('acknowledged')}>
          {text.acknowledge}
        </Button>
        <Button
          look="deny"
          busy={send.isPending}
          onClick={() => (reason.trim() === '' ? setMissing(true) : send.mutate('disputed'))}
        >
          {text.dispute}
        </Button>
      </div>
    </form>
  );
}
