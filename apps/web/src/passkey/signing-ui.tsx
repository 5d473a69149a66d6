import { useQuery } from '@tanstack/react-query';
import { useSession } from '../api/session.js';
import { passkeysQuery, trustQuery } from '../api/trust.js';
import { useText } from '../text/language.js';
import { Notice } from '../ui/badge.js';
import { ProblemNotice } from '../ui/query-states.js';
import { PasskeyProblem, passkeyTexts } from './passkey-problem.js';
import { findSigner, type Signer } from './signer.js';

/** What the reader signs decisions of this tenant with: undefined while it is read, null where there is nothing. */
export function useSigner(tenant: string, enabled: boolean): Signer | null | undefined {
  const { person } = useSession();
  const trust = useQuery({ ...trustQuery(tenant), enabled }).data;
  const passkeys = useQuery({ ...passkeysQuery(tenant), enabled }).data;
  if (trust === undefined || passkeys === undefined) return undefined;
  return findSigner(trust, passkeys.items, person);
}

/** Why signing did not end well: kindly where somebody only changed their mind. Nothing where there is no error. */
export function SigningNotice({ error }: { error: unknown }) {
  const text = useText(passkeyTexts);
  if (error === null || error === undefined) return null;
  if (!(error instanceof PasskeyProblem)) return <ProblemNotice error={error} />;
  const isKind = error.reason === 'cancelled';
  return (
    <Notice tone={isKind ? 'plain' : 'stop'} icon={isKind ? 'info' : 'alert'} live>
      <p>{text[error.reason]}</p>
    </Notice>
  );
}
