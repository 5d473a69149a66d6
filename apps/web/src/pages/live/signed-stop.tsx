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

/**
 * A stop that gateways obey whatever the broker says, and its lift: for people of a claimed tenant, with their own
 * passkey.
 */
export function SignedStop({ grant: { tenant, digest } }: { grant: Grant }) {
  const text = useText(liveTexts);
  const mayStop = maySignStops(useSession());
  const isClaimed = useQuery({ ...trustQuery(tenant), enabled: mayStop }).data?.claimed === true;
  const stops = useQuery({ ...stopsQuery(tenant), enabled: isClaimed }).data?.items ?? [];
  const signer = useSigner(tenant, mayStop);
  const stop = useSignStop(tenant, digest);
  if (!isClaimed) return null;
  const inForce = stops.find((each) => each.digest === digest);
  if (inForce !== undefined)
    return (
      <>
        <p role="status">{stop.isSuccess ? text.signedStopDone : ''}</p>
        <StopCard stop={inForce} slug={tenant} />
      </>
    );
  if (!signer) return null;
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
