import type { LiftStatement, StopStatement } from '@countersign/contract';
import { useMutation } from '@tanstack/react-query';
import type { Stop } from '../../api/client.js';
import { api } from '../../api/client.js';
import { unwrap } from '../../api/problem.js';
import { hasRole, isVendor, type Session, useSession } from '../../api/session.js';
import { reloadStops } from '../../api/trust.js';
import type { Signer } from '../../passkey/signer.js';
import { SigningPages } from '../../passkey/signing-pages.js';
import { buildLift, buildStop } from '../../passkey/statements.js';

/** Who sees the buttons that sign and lift stops. The broker authorizes each call itself. */
export const maySignStops = (session: Session): boolean =>
  !isVendor(session) && hasRole(session, 'approver', 'admin');

/** Signs a stop of the grant with this digest, or of everything of the tenant if there is no digest. */
export function useSignStop(tenant: string, digest?: string) {
  const { person } = useSession();
  return useMutation({
    mutationFn: (signer: Signer) =>
      signStop({ tenant, person, ...(digest === undefined ? {} : { digest }) }, signer),
    onSettled: () => reloadStops(tenant),
  });
}

/** Signs the lift of that stop. */
export function useSignLift({ hash }: Pick<Stop, 'hash'>, tenant: string) {
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
