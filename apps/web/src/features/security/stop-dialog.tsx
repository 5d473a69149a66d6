import { useMutation } from '@tanstack/react-query';
import { api } from '../../api/client.js';
import { reloadLocks, setLock } from '../../api/grants.js';
import { unwrap } from '../../api/problem.js';
import { useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { Dialog, useDialogStaysOpenWhile } from '../../ui/dialog.js';
import { useRequiredReason } from '../../ui/field.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { securityTexts } from './security.text.js';

/** What to stop: one grant, or all access of a person or a customer. */
export interface StopTarget {
  kind: 'grant' | 'person' | 'tenant';
  id: string;
  name: string;
}

export function StopDialog({ target, onClose }: { target: StopTarget | null; onClose: () => void }) {
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

function StopForm({ target, onClose }: { target: StopTarget; onClose: () => void }) {
  const text = useText(securityTexts);
  const { field, submitWith } = useRequiredReason(text.reason, text.reasonNeeded);
  const stop = useMutation({
    mutationFn: async (reason: string) => {
      if (target.kind === 'grant')
        await unwrap(
          api.POST('/api/v1/grants/{id}/revocation', {
            params: { path: { id: target.id } },
            body: { reason },
          }),
        );
      else await setLock({ kind: target.kind, name: target.id, reason });
    },
    onSuccess: onClose,
    onSettled: reloadLocks,
  });
  useDialogStaysOpenWhile(stop.isPending);
  return (
    <form className="stack" onSubmit={submitWith((reason) => stop.mutate(reason))}>
      <p>{text.stopLead[target.kind](target.name)}</p>
      {field}
      {stop.error === null ? null : <ProblemNotice error={stop.error} />}
      <div className="row">
        <Button busy={stop.isPending} onClick={onClose}>
          {text.back}
        </Button>
        <Button type="submit" look="stop" icon="stop" busy={stop.isPending}>
          {text.confirm[target.kind]}
        </Button>
      </div>
    </form>
  );
}
