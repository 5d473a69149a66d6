import { type FocusEvent, type Ref, useEffect, useRef } from 'react';
import { Link } from 'react-router';
import type { AccessRequest } from '../../api/client.js';
import { useText } from '../../text/language.js';
import { RiskBadge } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { Countdown } from '../../ui/clock.js';
import { useRequiredReason } from '../../ui/field.js';
import { Sentence } from '../decision/request-sentence.js';
import { inboxTexts } from './inbox.text.js';
import { queueTexts } from './queue.text.js';

export interface RowActs {
  onFocus: () => void;
  /** Undefined if it is approved on its own page. */
  onApprove: (() => void) | undefined;
  approveLabel: string;
  onDeny: (reason: string) => void;
  onDenying: (on: boolean) => void;
  /** Undefined if it cannot be chosen. */
  onChoose: ((on: boolean) => void) | undefined;
}

/** One request of a queue. The row itself can have the focus; none of its buttons gets it by itself. */
export function QueueRow({
  request,
  what,
  reads,
  state,
  acts,
  ref,
}: {
  request: AccessRequest;
  /** The request in a few words, for the accessible names of its buttons. */
  what: string;
  /** Whether the reader usually decides on the request's own page, as customers do. The link then says *Open*. */
  reads: boolean;
  state: { isArmed: boolean; isDenying: boolean; isChosen: boolean; isBusy: boolean };
  acts: RowActs;
  ref: Ref<HTMLLIElement>;
}) {
  const text = useText(queueTexts);
  const inbox = useText(inboxTexts);
  const { isArmed, isDenying, isChosen, isBusy } = state;
  const onFocus = ({ target, currentTarget }: FocusEvent) => {
    if (currentTarget.contains(target)) acts.onFocus();
  };
  return (
    <li
      ref={ref}
      tabIndex={-1}
      className="queue-row has-target"
      data-armed={isArmed}
      aria-label={what}
      onFocus={onFocus}
    >
      {acts.onChoose === undefined ? (
        <span />
      ) : (
        <input
          className="queue-choose"
          type="checkbox"
          aria-label={text.select(what)}
          checked={isChosen}
          onChange={({ target }) => acts.onChoose?.(target.checked)}
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
        {isArmed ? (
          <p role="status" className="strong">
            {text.armed}
          </p>
        ) : null}
        {isDenying ? (
          <DenyForm busy={isBusy} onDeny={acts.onDeny} onBack={() => acts.onDenying(false)} />
        ) : (
          <div className="row near">
            <Link className="button small row-link" to={`/requests/${request.id}`}>
              {reads ? inbox.open : inbox.show}
            </Link>
            <Button small onClick={() => acts.onDenying(true)}>
              {text.deny} …
            </Button>
            {acts.onApprove === undefined ? null : (
              <Button small look="primary" icon="done" busy={isBusy} onClick={acts.onApprove}>
                {acts.approveLabel}
              </Button>
            )}
          </div>
        )}
      </div>
    </li>
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
