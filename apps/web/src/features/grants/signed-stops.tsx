import type { Grant, Stop } from '@countersign/api';
import type { LiftStatement, StopStatement } from '@countersign/contract';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client.js';
import { useNames } from '../../api/organisation.js';
import { unwrap } from '../../api/problem.js';
import { hasRole, isVendor, type Session, useSession } from '../../api/session.js';
import { reloadStops, stopsQuery, trustQuery } from '../../api/trust.js';
import type { Signer } from '../../passkey/signer.js';
import { SigningPages } from '../../passkey/signing-pages.js';
import { SigningNotice, useSigner } from '../../passkey/signing-ui.js';
import { buildLift, buildStop } from '../../passkey/statements.js';
import { useText } from '../../text/language.js';
import { Badge } from '../../ui/badge.js';
import { Button } from '../../ui/button.js';
import { Instant } from '../../ui/clock.js';
import { Helped } from '../../ui/help.js';
import { signedStopsTexts } from './signed-stops.text.js';

/** For people of a claimed tenant: signed stops in force, and a button that stops everything. */
export function SignedStops() {
  const session = useSession();
  const slug = session.tenant ?? '';
  const mayStop = maySignStops(session);
  const isClaimed = useQuery({ ...trustQuery(slug), enabled: mayStop }).data?.claimed === true;
  const stops = useQuery({ ...stopsQuery(slug), enabled: mayStop && isClaimed, refetchInterval: 10_000 });
  const text = useText(signedStopsTexts);
  if (!isClaimed || stops.data === undefined) return null;
  const { items } = stops.data;
  return (
    <>
      {items.length === 0 ? null : (
        <section className="stack near" aria-labelledby="signed-stops">
          <Helped about="signed-stop" word={text.title}>
            <h2 id="signed-stops">{text.title}</h2>
          </Helped>
          <p className="soft">{text.lead}</p>
          <ul className="plain-list">
            {items.map((stop) => (
              <li key={stop.hash}>
                <StopCard stop={stop} slug={slug} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {items.some(({ digest }) => digest === null) ? null : <StopEverything slug={slug} />}
    </>
  );
}

/** A signed stop, with a button that lifts it. */
function StopCard({ stop, slug }: { stop: Stop; slug: string }) {
  const text = useText(signedStopsTexts);
  const name = useNames([stop.person]);
  const signer = useSigner(slug, true);
  const lift = useSignLift(stop, slug);
  const isAll = stop.digest === null;
  return (
    <article className="sheet stack near" aria-label={isAll ? text.everything : text.one}>
      <div className="row between">
        <Badge tone="stop" icon="stop">
          {isAll ? text.everything : text.one}
        </Badge>
        <span className="soft">
          {text.by(name(stop.person))} · <Instant at={stop.at} />
        </span>
      </div>
      <SigningNotice error={lift.error} />
      {signer === null ? <p className="hint">{text.noPasskey}</p> : null}
      <p className="row near">
        <Button small busy={lift.isPending} disabled={!signer} onClick={() => signer && lift.mutate(signer)}>
          {text.lift}
        </Button>
        <span className="small soft">{isAll ? text.liftMeansAll : text.liftMeans}</span>
      </p>
    </article>
  );
}

/** A button that stops everything. It asks for confirmation. */
function StopEverything({ slug }: { slug: string }) {
  const text = useText(signedStopsTexts);
  const signer = useSigner(slug, true);
  const stop = useSignStop(slug);
  const [isSure, setSure] = useState(false);
  if (!signer) return null;
  return (
    <section className="stack near">
      <SigningNotice error={stop.error} />
      <p className="soft">{text.stopAllWhy}</p>
      <p className="row near">
        {isSure ? (
          <>
            <Button onClick={() => setSure(false)}>{text.back}</Button>
            <Button look="stop" icon="stop" busy={stop.isPending} onClick={() => stop.mutate(signer)}>
              {text.stopAllSure}
            </Button>
          </>
        ) : (
          <Button look="deny" icon="stop" onClick={() => setSure(true)}>
            {text.stopAll}
          </Button>
        )}
      </p>
    </section>
  );
}

/** The signed stop of this grant, if one is in force. Only people of claimed tenants have signed stops. */
function useStopOf({ tenant, digest }: Grant) {
  const mayStop = maySignStops(useSession());
  const isClaimed = useQuery({ ...trustQuery(tenant), enabled: mayStop }).data?.claimed === true;
  const stops = useQuery({ ...stopsQuery(tenant), enabled: isClaimed }).data?.items;
  return { isClaimed, inForce: stops?.find((each) => each.digest === digest) };
}

/** The signed stop of this grant, if one is in force. */
export function StoppedBySignature({ grant }: { grant: Grant }) {
  const text = useText(signedStopsTexts);
  const { inForce } = useStopOf(grant);
  if (inForce === undefined) return <p role="status" className="visually-hidden" />;
  return (
    <div className="stack near">
      <p role="status">{text.stopOneDone}</p>
      <StopCard stop={inForce} slug={grant.tenant} />
    </div>
  );
}

/** A button that signs a stop of this grant, which gateways obey whatever the broker says. */
export function SignedStop({ grant }: { grant: Grant }) {
  const text = useText(signedStopsTexts);
  const { isClaimed, inForce } = useStopOf(grant);
  const signer = useSigner(grant.tenant, isClaimed);
  const stop = useSignStop(grant.tenant, grant.digest);
  if (!isClaimed || inForce !== undefined || !signer) return null;
  return (
    <div className="stack near">
      <SigningNotice error={stop.error} />
      <p className="row near">
        <Button small busy={stop.isPending} onClick={() => stop.mutate(signer)}>
          {text.stopOne}
        </Button>
        <span className="small soft stop-why">{text.stopOneWhy}</span>
      </p>
    </div>
  );
}

/** Who sees the buttons that sign and lift stops. The broker authorizes each call itself. */
const maySignStops = (session: Session): boolean =>
  !isVendor(session) && hasRole(session, 'approver', 'admin');

/** Signs a stop of the grant with this digest, or of everything of the tenant if there is no digest. */
function useSignStop(tenant: string, digest?: string) {
  const { person } = useSession();
  return useMutation({
    mutationFn: (signer: Signer) =>
      signStop({ tenant, person, ...(digest === undefined ? {} : { digest }) }, signer),
    onSettled: () => reloadStops(tenant),
  });
}

/** Signs the lift of that stop. */
function useSignLift({ hash }: Pick<Stop, 'hash'>, tenant: string) {
  const { person } = useSession();
  return useMutation({
    mutationFn: (signer: Signer) => signLift({ tenant, person, stop: hash }, signer),
    onSettled: () => reloadStops(tenant),
  });
}

/** @throws PasskeyProblem, ApiProblem */
function signStop(chosen: Parameters<typeof buildStop>[0], signer: Signer): Promise<Stop> {
  const path = { slug: chosen.tenant };
  const query = chosen.digest === undefined ? {} : { digest: chosen.digest };
  return SigningPages.open([signer.at], async (pages) => {
    const { statement } = await unwrap(
      api.GET('/api/v1/tenants/{slug}/stops/statement', { params: { path, query } }),
    );
    const countersignature = await pages.sign(buildStop(chosen, statement as StopStatement), signer);
    return unwrap(api.POST('/api/v1/tenants/{slug}/stops', { params: { path }, body: { countersignature } }));
  });
}

/** @throws PasskeyProblem, ApiProblem */
function signLift(chosen: Parameters<typeof buildLift>[0], signer: Signer): Promise<Stop> {
  const path = { slug: chosen.tenant };
  return SigningPages.open([signer.at], async (pages) => {
    const { statement } = await unwrap(
      api.GET('/api/v1/tenants/{slug}/lifts/statement', { params: { path, query: { stop: chosen.stop } } }),
    );
    const countersignature = await pages.sign(buildLift(chosen, statement as LiftStatement), signer);
    return unwrap(api.POST('/api/v1/tenants/{slug}/lifts', { params: { path }, body: { countersignature } }));
  });
}
