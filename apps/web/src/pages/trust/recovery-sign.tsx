import type { TrustDocument } from '@countersign/contract';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useSession } from '../../api/session.js';
import { readTrustAgain, type TrustProposal } from '../../api/trust.js';
import { placeOf } from '../../passkey/place.js';
import { SigningNotice } from '../../passkey/signing-notice.js';
import { useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { TextField } from '../../ui/field.js';
import { signProposalByRecovery } from './sign-proposal.js';
import { trustTexts } from './trust.text.js';

/** For whoever has lost every device: the printed key signs the next version for its person. */
export function RecoverySign({
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
  const at = placeOf(current.origins);
  const sign = useMutation({
    mutationFn: async () => {
      if (own !== undefined) await signProposalByRecovery(slug, proposal, own.jwk, { at, typed });
    },
    onSettled: () => readTrustAgain(slug),
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
