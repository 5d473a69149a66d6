import type { AccessRequest } from '@countersign/api';
import { accessWords, durationText } from '@countersign/wording';
import { type FocusEvent, useEffect, useRef } from 'react';
import { useNames, useOrganisation } from '../../api/organisation.js';
import { useLanguage, useText } from '../../text/language.js';
import { RiskBadge } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { Countdown } from '../../ui/clock.js';
import { useRequiredReason } from '../../ui/field.js';
import { Link } from '../../ui/link.js';
import { isOutdated } from '../decision/available-action.js';
import { OutdatedMark } from '../decision/outdated.js';
import { Sentence } from '../decision/request-sentence.js';
import { inboxTexts } from './inbox.text.js';
import { mayApproveHere, mayApproveInBulk } from './queue.js';
import { queueTexts } from './queue.text.js';
import type { Queue } from './use-queue.js';

/** One request of a queue. The row itself can have the focus; none of its buttons gets it by itself. */
export function QueueRow({
  request,
  vendor,
  queue,
}: {
  request: AccessRequest;
  /** Whether the reader reviews for the vendor. Customers usually read the request on its own page first. */
  vendor: boolean;
  queue: Queue;
}) {
  const text = useText(queueTexts);
  const inbox = useText(inboxTexts);
  const { id } = request;
  const what = useWhat([request])(request);
  const onFocus = ({ target, currentTarget }: FocusEvent) => {
    if (currentTarget.contains(target)) queue.onFocus(id);
  };
  return (
    <li
      ref={queue.refOf(id)}
      tabIndex={-1}
      className="queue-row has-target"
      data-armed={queue.armed === id}
      aria-label={what}
      onFocus={onFocus}
    >
      {!mayApproveInBulk(request, vendor) ? (
        <span />
      ) : (
        <input
          className="queue-choose"
          type="checkbox"
          aria-label={text.select(what)}
          checked={queue.picked.includes(request)}
          onChange={({ target }) => queue.choose(id, target.checked)}
        />
      )}
      <Sentence request={request} short />
      <div className="queue-side">
        <RiskBadge impact={request.needs.impact} />
        <span className="soft nowrap">
          <Countdown until={request.lapsesAt} /> {inbox.left}
        </span>
      </div>
      <div className="queue-acts stack near">
        <OutdatedMark request={request} />
        {queue.armed === id ? (
          <p role="status" className="strong">
            {text.armed}
          </p>
        ) : null}
        <Answers request={request} vendor={vendor} queue={queue} />
      </div>
    </li>
  );
}

/** The row's buttons, or the form for a denial once it was chosen. */
function Answers({ request, vendor, queue }: { request: AccessRequest; vendor: boolean; queue: Queue }) {
  const text = useText(queueTexts);
  const inbox = useText(inboxTexts);
  const { id } = request;
  const { review } = queue;
  const isBusy = review.isPending && review.variables.request.id === id;
  if (queue.denying === id)
    return (
      <DenyForm
        busy={isBusy}
        onDeny={(reason) => review.mutate({ request, decision: 'deny', reason })}
        onBack={() => queue.startDenying(id, false)}
      />
    );
  return (
    <div className="row near">
      <Link className="button small row-link" to={`/requests/${id}`}>
        {vendor || isOutdated(request) ? inbox.show : inbox.open}
      </Link>
      <Button small onClick={() => queue.startDenying(id, true)}>
        {text.deny} …
      </Button>
      {!mayApproveHere(request, vendor) ? null : (
        <Button
          small
          look="primary"
          icon="done"
          busy={isBusy}
          onClick={() => review.mutate({ request, decision: 'approve' })}
        >
          {text.approveHere[vendor ? 'vendor' : 'customer']}
        </Button>
      )}
    </div>
  );
}

function DenyForm({
  busy,
  onDeny,
  onBack,
}: {
  busy: boolean;
  onDeny: (reason: string) => void;
  onBack: () => void;
}) {
  const text = useText(queueTexts);
  const { field, submitWith } = useRequiredReason(text.denyReason, text.denyNeeded);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector('textarea')?.focus(), []);
  return (
    <form
      ref={form}
      className="stack near deny-form"
      onSubmit={submitWith(onDeny)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onBack();
      }}
    >
      {field}
      <div className="row near">
        <Button small onClick={onBack}>
          {text.back}
        </Button>
        <Button small type="submit" look="stop" icon="stop" busy={busy}>
          {text.denyConfirm}
        </Button>
      </div>
    </form>
  );
}

/** A request in a few words, for the names of its buttons and for what was decided. */
export function useWhat(requests: readonly AccessRequest[]): (request: AccessRequest) => string {
  const text = useText(queueTexts);
  const language = useLanguage();
  const organisation = useOrganisation();
  const name = useNames(requests.map(({ requester }) => requester));
  return ({ requester, terms, tenant }) =>
    text.what(
      name(requester),
      accessWords(terms, language),
      organisation.tenant(tenant),
      durationText(terms.seconds, language),
    );
}
