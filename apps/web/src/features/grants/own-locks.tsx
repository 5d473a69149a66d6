import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { liftLock, locksQuery, reloadLocks, setLock } from '../../api/grants.js';
import { isVendor, may, type Session, useSession } from '../../api/session.js';
import { useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { Instant } from '../../ui/clock.js';
import { Dialog, useDialogStaysOpenWhile } from '../../ui/dialog.js';
import { useRequiredReason } from '../../ui/field.js';
import { Helped } from '../../ui/help.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { ownLocksTexts } from './own-locks.text.js';

/** For a customer's admins: a button that locks all access to their data, and the locks of their side with buttons that lift them. */
export function OwnLocks() {
  const text = useText(ownLocksTexts);
  const session = useSession();
  const maySet = !isVendor(session) && may(session, 'lock.set');
  const locks = useInfiniteQuery({ ...locksQuery, enabled: maySet, refetchInterval: 10_000 });
  const [isOpen, setOpen] = useState(false);
  if (!maySet || locks.data === undefined) return null;
  const own = locks.data.items.filter(({ kind, side }) => kind === 'tenant' && side === 'customer');
  return (
    <section className="sheet stack near" aria-labelledby="own-locks">
      <Helped about="lock" word={text.title}>
        <h2 id="own-locks">{text.title}</h2>
      </Helped>
      {own.length === 0 ? (
        <>
          <p className="soft">{text.lead}</p>
          <p>
            <Button look="deny" icon="stop" onClick={() => setOpen(true)}>
              {text.lock}
            </Button>
          </p>
        </>
      ) : (
        own.map((lock) => <OwnLock key={lock.id} {...lock} />)
      )}
      <Dialog label={text.lock} isOpen={isOpen} onClose={() => setOpen(false)}>
        <LockReason session={session} onClose={() => setOpen(false)} />
      </Dialog>
    </section>
  );
}

/** A lock of the reader's side. Only a session with a strong sign-in may lift it; in any other the page says what lifting takes. */
function OwnLock({ id, reason, expiresAt }: { id: string; reason: string | null; expiresAt: string | null }) {
  const text = useText(ownLocksTexts);
  const mayLift = may(useSession(), 'lock.lift');
  const lift = useMutation({
    mutationFn: () => liftLock(id),
    onSettled: reloadLocks,
  });
  return (
    <>
      <p>
        <span className="strong">{text.locked}</span> {reason}
        {expiresAt === null ? null : (
          <span className="soft">
            {' '}
            · {text.until} <Instant at={expiresAt} />
          </span>
        )}
      </p>
      {lift.error === null ? null : <ProblemNotice error={lift.error} />}
      {mayLift ? (
        <p className="row near">
          <Button small busy={lift.isPending} onClick={() => lift.mutate()}>
            {text.lift}
          </Button>
          <span className="small soft">{text.liftMeans}</span>
        </p>
      ) : (
        <p className="hint">{text.needsStrong}</p>
      )}
    </>
  );
}

function LockReason({ session, onClose }: { session: Session; onClose: () => void }) {
  const text = useText(ownLocksTexts);
  const name = session.tenant ?? '';
  const { field, submitWith } = useRequiredReason(text.reason, text.reasonNeeded);
  const lock = useMutation({
    mutationFn: (reason: string) => setLock({ kind: 'tenant', name, reason }),
    onSuccess: onClose,
    onSettled: reloadLocks,
  });
  useDialogStaysOpenWhile(lock.isPending);
  return (
    <form className="stack" onSubmit={submitWith((reason) => lock.mutate(reason))}>
      <p>{text.means}</p>
      {may(session, 'lock.lift') ? null : <p className="hint">{text.needsStrong}</p>}
      {field}
      {lock.error === null ? null : <ProblemNotice error={lock.error} />}
      <div className="row">
        <Button busy={lock.isPending} onClick={onClose}>
          {text.back}
        </Button>
        <Button type="submit" look="stop" icon="stop" busy={lock.isPending}>
          {text.confirm}
        </Button>
      </div>
    </form>
  );
}
