import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.js';
import { answered } from '../../api/problem.js';
import { queryClient } from '../../api/query-client.js';
import { useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { Dialog } from '../../ui/dialog.js';
import { TextArea } from '../../ui/field.js';
import { ProblemNotice } from '../../ui/states.js';
import { securityTexts } from './security.text.js';

/** What is to be ended: one grant, or everything of a person or a customer. */
export interface Target {
  kind: 'grant' | 'person' | 'tenant';
  id: string;
  name: string;
}

export function StopDialog({ target, onClose }: { target: Target | null; onClose: () => void }) {
  const text = useText(securityTexts);
  return (
    <Dialog
      label={target === null ? '' : text.stopTitle[target.kind]}
      isOpen={target !== null}
      onClose={onClose}
    >
      {target === null ? null : <StopForm target={target} onClose={onClose} />}
    </Dialog>
  );
}

function StopForm({ target, onClose }: { target: Target; onClose: () => void }) {
  const text = useText(securityTexts);
  const [reason, setReason] = useState('');
  const [isEmpty, setEmpty] = useState(false);
  const stop = useMutation({
    mutationFn: async () => {
      if (target.kind === 'grant')
        await answered(
          api.POST('/api/v1/grants/{id}/revocation', {
            params: { path: { id: target.id } },
            body: { reason },
          }),
        );
      else
        await answered(api.POST('/api/v1/locks', { body: { kind: target.kind, name: target.id, reason } }));
    },
    onSuccess: onClose,
    onSettled: () =>
      Promise.all([['grants'], ['locks']].map((queryKey) => queryClient.invalidateQueries({ queryKey }))),
  });
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (reason.trim() === '') setEmpty(true);
        else stop.mutate();
      }}
    >
      <p>{text.stopLead[target.kind](target.name)}</p>
      <TextArea
        label={text.reason}
        value={reason}
        maxLength={4_000}
        error={isEmpty ? text.reasonNeeded : null}
        onChange={(event) => {
          setReason(event.target.value);
          setEmpty(false);
        }}
      />
      {stop.error === null ? null : <ProblemNotice error={stop.error} />}
      <div className="row">
        <Button onClick={onClose}>{text.back}</Button>
        <Button type="submit" look="stop" icon="stop" busy={stop.isPending}>
          {text.confirm[target.kind]}
        </Button>
      </div>
    </form>
  );
}
