import type { Grant } from '@countersign/api';
import { formatDuration } from '@countersign/contract';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { invalidate } from '../../api/query-client.js';
import { useText } from '../../text/language.js';
import { Notice } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { TextArea, TextField } from '../../ui/field.js';
import { Link } from '../../ui/link.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { secondsOf } from '../ask/draft.js';
import { extendTexts } from './extend.text.js';

/** For the engineer: asks for more time for the same scope. That is a new request, which the customer decides like any other. */
export function ExtendForm({ grant }: { grant: Pick<Grant, 'id'> }) {
  const text = useText(extendTexts);
  const [isOpen, setOpen] = useState(false);
  const [minutes, setMinutes] = useState('30');
  const [justification, setJustification] = useState('');
  const form = useRef<HTMLFormElement>(null);
  const seconds = secondsOf({ minutes });
  const extend = useExtension(grant.id, () => setOpen(false));
  useEffect(() => {
    if (isOpen) form.current?.querySelector('input')?.focus();
  }, [isOpen]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (seconds >= 1) extend.mutate({ duration: formatDuration(seconds), justification });
  };
  if (!isOpen)
    return (
      <>
        <div role="status">{extend.data === undefined ? null : <RequestSent id={extend.data.id} />}</div>
        <p>
          <Button small onClick={() => setOpen(true)}>
            {text.extend}
          </Button>
        </p>
      </>
    );
  return (
    <form ref={form} className="stack near sheet" aria-label={text.extend} onSubmit={submit}>
      <p className="hint">{text.lead}</p>
      <TextField
        label={text.minutes}
        inputMode="decimal"
        value={minutes}
        error={seconds >= 1 ? null : text.minutesNeeded}
        onChange={({ target }) => setMinutes(target.value)}
      />
      <TextArea
        label={text.why}
        value={justification}
        maxLength={4_000}
        required
        onChange={({ target }) => setJustification(target.value)}
      />
      {extend.error === null ? null : <ProblemNotice error={extend.error} />}
      <div className="row near">
        <Button small onClick={() => setOpen(false)}>
          {text.back}
        </Button>
        <Button small type="submit" look="primary" busy={extend.isPending}>
          {text.send}
        </Button>
      </div>
    </form>
  );
}

function useExtension(id: string, onAsked: () => void) {
  return useMutation({
    mutationFn: (body: { duration: string; justification: string }) =>
      unwrap(api.POST('/api/v1/grants/{id}/extension', { params: { path: { id } }, body })),
    onSuccess: onAsked,
    onSettled: () => invalidate(['requests'], ['grants']),
  });
}

/** Says that the request was sent, and links to it. */
function RequestSent({ id }: { id: string }) {
  const text = useText(extendTexts);
  return (
    <Notice tone="wait" icon="wait">
      <p>
        {text.asked} <Link to={`/requests/${id}`}>{text.show}</Link>
      </p>
    </Notice>
  );
}
