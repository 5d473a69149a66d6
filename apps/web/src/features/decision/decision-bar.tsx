import type { AccessRequest } from '@countersign/api';
import type { Terms } from '@countersign/contract';
import { accessWords, durationText, type Outcome } from '@countersign/wording';
import { useEffect, useRef, useState } from 'react';
import { isVendor, useSession } from '../../api/session.js';
import { SigningNotice } from '../../passkey/signing-ui.js';
import { useLanguage, useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { useRequiredReason } from '../../ui/field.js';
import { Link } from '../../ui/link.js';
import { ProblemNotice } from '../../ui/query-states.js';
import { type Decision, useAnswerOffer, useDecide, useSigning } from './decide.js';
import { decisionTexts } from './decision.text.js';

/** The buttons that decide. They name what they grant, and the page never focuses them by itself. */
export function DecideBar({
  request,
  outcome,
  mayApprove,
  isRead,
  onDecided,
}: {
  request: AccessRequest;
  outcome: Outcome;
  /** False if the rules have changed since: then only a denial can be sent. */
  mayApprove: boolean;
  /** False until the page shows who asks: no one approves a stranger. */
  isRead: boolean;
  onDecided: (announcement: string) => void;
}) {
  const text = useText(decisionTexts);
  const { mustSign, signing, decide } = useDecision(request, onDecided);
  const approveLabel = useApproveLabel(request, outcome, mustSign);
  const [isDenying, setDenying] = useState(false);
  const denyButton = useRef<HTMLButtonElement>(null);
  const { digest } = request;

  if (isDenying)
    return (
      <Deny
        busy={decide.isPending}
        error={decide.error}
        onBack={() => {
          setDenying(false);
          requestAnimationFrame(() => denyButton.current?.focus());
        }}
        onDeny={(reason) => decide.mutate({ decision: 'deny', digest, reason })}
      />
    );
  return (
    <div className="decide stack near no-print">
      <SigningNotice error={decide.error} />
      {mayApprove && mustSign && signing === null ? (
        <p className="hint">
          {text.passkeyNeeded} <Link to="/passkeys">{text.passkeyMake}</Link>
        </p>
      ) : null}
      {outcome.kind === 'less' ? <p className="hint">{text.offerMeans}</p> : null}
      <div className="decide-buttons">
        <Button ref={denyButton} look="deny" icon="stop" onClick={() => setDenying(true)}>
          {text.deny}
        </Button>
        {mayApprove ? (
          <Button
            look="primary"
            icon="done"
            busy={decide.isPending}
            disabled={!isRead || outcome.kind === 'wrong' || (mustSign && !signing)}
            onClick={() => decide.mutate(approvalOf(outcome, digest))}
          >
            {approveLabel}
          </Button>
        ) : null}
      </div>
    </div>
  );
}

/** Sends the reader's decision, signed if it must be. `signing` is null if they have no passkey to sign with. */
function useDecision(request: AccessRequest, onDecided: (announcement: string) => void) {
  const text = useText(decisionTexts);
  const session = useSession();
  const mustSign = request.needs.customer.countersignature && !isVendor(session);
  const signing = useSigning(request.tenant, mustSign);
  const decide = useDecide(request, mustSign ? (signing ?? null) : null, (decision) =>
    onDecided(text.announced[decision]),
  );
  return { mustSign, signing, decide };
}

/** Approves what was asked, or offers the narrower terms that the reader has chosen. */
const approvalOf = (outcome: Outcome, digest: string): Decision =>
  outcome.kind === 'less'
    ? { decision: 'counter', digest, terms: outcome.terms }
    : { decision: 'approve', digest };

/** What the button does, in words: whether it signs, whether it offers less or approves, what it grants, and for how long. */
function useApproveLabel(request: AccessRequest, outcome: Outcome, mustSign: boolean): string {
  const text = useText(decisionTexts);
  const language = useLanguage();
  const isLess = outcome.kind === 'less';
  const granting = isLess ? outcome.terms : (request.terms as Terms);
  const label = text[mustSign ? 'sign' : 'decide'][isLess ? 'offer' : 'approve'];
  return label(accessWords(granting, language), durationText(granting.seconds, language));
}

function Deny({
  busy,
  error,
  onDeny,
  onBack,
}: {
  busy: boolean;
  error: unknown;
  onDeny: (reason: string) => void;
  onBack: () => void;
}) {
  const text = useText(decisionTexts);
  const { field, submitWith } = useRequiredReason(text.denyReason, text.reasonNeeded);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector('textarea')?.focus(), []);
  return (
    <form
      ref={form}
      className="decide stack near no-print"
      aria-label={text.denyTitle}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onBack();
      }}
      onSubmit={submitWith(onDeny)}
    >
      {error === null ? null : <ProblemNotice error={error} />}
      {field}
      <div className="decide-buttons">
        <Button onClick={onBack}>{text.back}</Button>
        <Button type="submit" look="stop" icon="stop" busy={busy}>
          {text.denyConfirm}
        </Button>
      </div>
    </form>
  );
}

/** The requester's buttons: accept the offer, or withdraw the request. */
export function AnswerBar({ request, mayAccept }: { request: AccessRequest; mayAccept: boolean }) {
  const text = useText(decisionTexts);
  const language = useLanguage();
  const { accept, cancel } = useAnswerOffer(request.id);
  const { offer } = request;
  const terms = offer?.terms as Terms | undefined;
  const error = accept.error ?? cancel.error;
  return (
    <div className="decide stack near no-print">
      {error === null ? null : <ProblemNotice error={error} />}
      {offer === null ? null : <p className="strong">{text.offered}</p>}
      <div className="decide-buttons answer">
        <Button busy={cancel.isPending} onClick={() => cancel.mutate(request)}>
          {text.cancel}
        </Button>
        {offer === null || terms === undefined || !mayAccept ? null : (
          <Button
            look="primary"
            icon="done"
            busy={accept.isPending}
            onClick={() => accept.mutate(offer.digest)}
          >
            {text.accept(accessWords(terms, language), durationText(terms.seconds, language))}
          </Button>
        )}
      </div>
    </div>
  );
}
