import type { Trust, TrustProposal } from '@countersign/api';
import type { TrustDocument } from '@countersign/contract';
import { joinWithAnd } from '@countersign/wording';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api } from '../../api/client.js';
import { useNames } from '../../api/organisation.js';
import { unwrap } from '../../api/problem.js';
import { hasRole, may, useSession } from '../../api/session.js';
import { reloadTrust } from '../../api/trust.js';
import { signingOriginOf } from '../../passkey/signer.js';
import { SigningPages } from '../../passkey/signing-pages.js';
import { SigningNotice } from '../../passkey/signing-ui.js';
import { useLanguage, useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { Instant } from '../../ui/clock.js';
import { CopyId } from '../../ui/copy.js';
import { TextField } from '../../ui/field.js';
import { Seal } from '../../ui/seal.js';
import { Changes, ControlsChange } from './change-list.js';
import { findPendingSigners, signProposal, signProposalByRecovery } from './proposals.js';
import { trustTexts } from './trust.text.js';
import { TrustRules } from './trust-rules.js';

/** The open proposal: its rules and changes, who has signed, who must still sign, and the reader's buttons. */
export function ProposalCard({
  slug,
  trust,
  proposal,
}: {
  slug: string;
  trust: Trust;
  proposal: TrustProposal;
}) {
  const text = useText(trustTexts);
  const session = useSession();
  const isHosts = proposal.by === 'host';
  const name = useNames(isHosts ? [] : [proposal.by]);
  const current = trust.document as TrustDocument | null;
  const next = proposal.document as TrustDocument;
  const signers = findPendingSigners(current, proposal, session.person);
  const sign = useSignProposal(slug, proposal, signers);
  const withdraw = useWithdrawProposal(slug, proposal.id);
  const isOwn = may(session, 'trust.sign');
  return (
    <section className="sheet stack">
      <h2>{text.proposal}</h2>
      <p>
        {isHosts ? text.proposedByHost : text.proposedBy(name(proposal.by))} ·{' '}
        <Instant at={proposal.createdAt} />
      </p>
      {current === null ? null : <Changes current={current} next={next} />}
      {proposal.controls === null ? null : <ControlsChange {...proposal.controls} />}
      <TrustRules document={next} />
      <p className="small soft">
        {text.fingerprint} <CopyId id={proposal.hash} />
      </p>
      <Signatures proposal={proposal} />
      <SigningNotice error={sign.error ?? withdraw.error} />
      {isOwn ? null : <p className="hint">{text.ownBrowser}</p>}
      {isOwn && signers.length > 1 ? <p className="hint">{text.signMany(signers.length)}</p> : null}
      {isOwn ? (
        <p className="row near no-print">
          {signers.length === 0 ? null : (
            <Button look="primary" icon="done" busy={sign.isPending} onClick={() => sign.mutate()}>
              {text.sign}
            </Button>
          )}
          {hasRole(session, 'admin') ? (
            <Button busy={withdraw.isPending} onClick={() => withdraw.mutate()}>
              {text.withdraw}
            </Button>
          ) : null}
        </p>
      ) : null}
      {isOwn && current !== null ? <RecoverySign slug={slug} current={current} proposal={proposal} /> : null}
    </section>
  );
}

function useSignProposal(
  slug: string,
  proposal: TrustProposal,
  signers: ReturnType<typeof findPendingSigners>,
) {
  return useMutation({
    mutationFn: () =>
      SigningPages.open(
        signers.map(({ at }) => at),
        (pages) => signProposal(slug, proposal, signers, pages),
      ),
    onSettled: () => reloadTrust(slug),
  });
}

function useWithdrawProposal(slug: string, id: string) {
  return useMutation({
    mutationFn: () =>
      unwrap(api.DELETE('/api/v1/tenants/{slug}/trust/proposals/{id}', { params: { path: { slug, id } } })),
    onSettled: () => reloadTrust(slug),
  });
}

function Signatures({ proposal: { document, signatures, needs } }: { proposal: TrustProposal }) {
  const text = useText(trustTexts);
  const language = useLanguage();
  const { people } = document as TrustDocument;
  const owners = people
    .filter(
      ({ person, passkeys }) =>
        needs.recovery.includes(person) || passkeys.some(({ id }) => needs.keys.includes(id)),
    )
    .map(({ person }) => person);
  const name = useNames([...signatures.map(({ person }) => person), ...owners]);
  return (
    <>
      <ul className="plain-list">
        {signatures.map(({ person, credential, at }) => (
          <li key={credential}>
            <Seal>
              <p className="strong">{text.signedBy(name(person))}</p>
              <p>
                <Instant at={at} seconds />
              </p>
            </Seal>
          </li>
        ))}
      </ul>
      {needs.persons === 0 ? null : <p>{text.needsPersons(needs.persons)}</p>}
      {owners.length === 0 ? null : <p>{text.needsKeys(joinWithAnd(owners.map(name), language))}</p>}
    </>
  );
}

/** For a person who has lost every device: the printed recovery key signs the next version. */
function RecoverySign({
  slug,
  current,
  proposal,
}: {
  slug: string;
  current: TrustDocument;
  proposal: TrustProposal;
}) {
  const text = useText(trustTexts);
  const { person } = useSession();
  const [typed, setTyped] = useState('');
  const own = current.recovery?.find((key) => key.person === person);
  const at = signingOriginOf(current.origins);
  const sign = useMutation({
    mutationFn: async () => {
      if (own !== undefined) await signProposalByRecovery(slug, proposal, own.jwk, { at, typed });
    },
    onSettled: () => reloadTrust(slug),
  });
  if (own === undefined || proposal.needs.persons === 0) return null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    sign.mutate();
  };
  return (
    <details className="details">
      <summary>{text.recoverySign}</summary>
      <form className="stack near" onSubmit={submit}>
        {at === null ? (
          <TextField
            label={text.recoveryTyped}
            value={typed}
            required
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            onChange={(event) => setTyped(event.target.value)}
          />
        ) : (
          <p className="hint">{text.recoveryElsewhere(at)}</p>
        )}
        <SigningNotice error={sign.error} />
        <p>
          <Button type="submit" busy={sign.isPending}>
            {text.recoverySign}
          </Button>
        </p>
      </form>
    </details>
  );
}
