import { useQuery } from '@tanstack/react-query';
import type { Grant } from '../../api/client.js';
import { useSession } from '../../api/session.js';
import { stopsQuery } from '../../api/stops.js';
import { trustQuery } from '../../api/trust.js';
import { SigningNotice } from '../../passkey/signing-notice.js';
import { useSigner } from '../../passkey/use-signer.js';
import { useText } from '../../text/language.js';
import { Button } from '../../ui/button.js';
import { StopCard } from '../stops/signed-stops.js';
import { maySignStops, useSignStop } from '../stops/use-signed-stops.js';
import { liveTexts } from './live.text.js';

/** Signed stops are for people of claimed tenants; the one of this grant, where one is in force. */
function useStopOf({ tenant, digest }: Grant) {
  const mayStop = maySignStops(useSession());
  const isClaimed = useQuery({ ...trustQuery(tenant), enabled: mayStop }).data?.claimed === true;
  const stops = useQuery({ ...stopsQuery(tenant), enabled: isClaimed }).data?.items;
  return { isClaimed, inForce: stops?.find((each) => each.digest === digest) };
}

/** Says that the access is stopped under a signature, and lifts that. */
export function StoppedBySignature({ grant }: { grant: Grant }) {
  const text = useText(liveTexts);
  const { inForce } = useStopOf(grant);
  if (inForce === undefined) return <p role="status" className="said" />;
  return (
    <div className="stack near">
      <p role="status">{text.signedStopDone}</p>
      <StopCard stop={inForce} slug={grant.tenant} />
    </div>
  );
}

/** A stop that gateways obey whatever the broker says, with one's own passkey. */
export function SignedStop({ grant }: { grant: Grant }) {
  const text = useText(liveTexts);
  const { isClaimed, inForce } = useStopOf(grant);
  const signer = useSigner(grant.tenant, isClaimed);
  const stop = useSignStop(grant.tenant, grant.digest);
  if (!isClaimed || inForce !== undefined || !signer) return null;
  return (
    <div className="stack near">
      <SigningNotice error={stop.error} />
      <p className="row near">
        <Button small busy={stop.isPending} onClick={() => stop.mutate(signer)}>
          {text.signedStop}
        </Button>
        <span className="small soft">{text.signedStopWhy}</span>
      </p>
    </div>
  );
}
