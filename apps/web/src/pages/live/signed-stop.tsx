import type { StopStatement } from '@countersign/scope';
import { useMutation, useQuery } from '@tanstack/react-query';
import { api, type Grant } from '../../api/client.js';
import { answered } from '../../api/problem.js';
import { hasRole, isVendor, useSession } from '../../api/session.js';
import { trustQuery } from '../../api/trust.js';
import { PasskeyProblem } from '../../passkey/passkey-problem.js';
import { type Signer, signStatement } from '../../passkey/sign-statement.js';
import { SigningNotice } from '../../passkey/signing-notice.js';
import { useSigner } from '../../passkey/use-signer.js';
import { useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { liveTexts } from './live.text.js';
import { readGrantAgain } from './use-stop.js';

/** A stop that gateways obey whatever the broker says: for people of a claimed tenant, with their own passkey. */
export function SignedStop({ grant }: { grant: Grant }) {
  const text = useText(liveTexts);
  const session = useSession();
  const mayStop = !isVendor(session) && hasRole(session, 'approver', 'admin');
  const isClaimed = useQuery({ ...trustQuery(grant.tenant), enabled: mayStop }).data?.claimed === true;
  const signer = useSigner(grant.tenant, mayStop);
  const stop = useMutation({
    mutationFn: (by: Signer) => signStop(grant, session.person, by),
    onSettled: () => readGrantAgain(grant),
  });
  if (!isClaimed || !signer) return null;
  if (stop.isSuccess) return <p role="status">{text.signedStopDone}</p>;
  return (
    <div className="stack near">
      <SigningNotice error={stop.error} />
      <p>
        <Button small busy={stop.isPending} onClick={() => stop.mutate(signer)}>
          {text.signedStop}
        </Button>
      </p>
      <p className="small soft">{text.signedStopWhy}</p>
    </div>
  );
}

/** @throws PasskeyProblem, ApiProblem */
async function signStop({ tenant: slug, digest }: Grant, person: string, signer: Signer): Promise<void> {
  const { statement } = await answered(
    api.GET('/api/v1/tenants/{slug}/stops/statement', { params: { path: { slug }, query: { digest } } }),
  );
  const offered = statement as StopStatement;
  const isThis = offered.type === 'countersign/stop/v1' && offered.tenant === slug;
  if (!isThis || offered.digest !== digest || offered.person !== person) throw new PasskeyProblem('differs');
  const countersignature = await signStatement(offered, signer);
  await answered(
    api.POST('/api/v1/tenants/{slug}/stops', { params: { path: { slug } }, body: { countersignature } }),
  );
}
