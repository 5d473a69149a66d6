import { useQuery } from '@tanstack/react-query';
import { useSession } from '../api/session.js';
import { passkeysQuery, trustQuery } from '../api/trust.js';
import { useText } from '../text/language.js';
import { Notice } from '../ui/badge.js';
import { ProblemNotice } from '../ui/query-states.js';
import { PasskeyProblem, passkeyTexts } from './passkey-problem.js';
import { findSigner, type Signer } from './signer.js';

/** What the reader signs this tenant's decisions with: undefined while it loads, null if the reader has no valid passkey. */
export function useSigner(tenant: string, enabled: boolean): Signer | null | undefined {
  const { person } = useSession();
  const trust = useQuery({ ...trustQuery(tenant), enabled }).data;
  const passkeys = useQuery({ ...passkeysQuery(tenant), enabled }).data;
  if (trust === undefined || passkeys === undefined) return undefined;
  return findSigner(trust, passkeys.items, person);
}

/** Why nothing was signed. A cancelled prompt is not shown as an error. */
export function SigningNotice({ error }: { error: unknown }) {
  const text = useText(passkeyTexts);
  if (error === null || error === undefined) return null;
  if (!(error instanceof PasskeyProblem)) return <ProblemNotice error={error} />;
  const isCancelled = error.reason === 'cancelled';
  return (
    <Notice tone={isCancelled ? 'plain' : 'stop'} icon={isCancelled ? 'info' : 'alert'} live>
      <p>{text[error.reason]}</p>
    </Notice>
  );
}
