import { requireFreshSignIn } from '../../domain/permissions.js';
import type { Person, Principal } from '../../domain/person.js';
import {
  type EnrolledPasskey,
  hasCounted,
  REMOVED_PASSKEY_DAYS,
  type RelyingParty,
  signingPageRelyingParty,
} from '../../domain/trust/passkey.js';
import type { TrustVersion } from '../../domain/trust/trust-version.js';
import { AccessError } from '../../errors.js';
import type { PasskeysUnit, TenantUnit } from '../../ports/index.js';
import { passkeyNotice } from '../notices/notices.js';
import type { SigningDeps } from '../shared/deps.js';
import { requireNoProvider, requireOwnTenant, requireTenantAccess } from '../shared/tenant-access.js';
import type { SigningKey } from '../shared/verify-signature.js';
import { readAsPerson } from '../shared/visible-objects.js';
import type { ListedPasskey } from './authenticators.js';
import {
  beginCeremonyIn,
  endCeremonyIn,
  type PresenceOffer,
  presenceKeysOf,
  presenceOffer,
  requirePresence,
} from './presence.js';

/** Per person: as many as a trust document allows one of its people. */
const MAX_PASSKEYS = 10;

/** What a browser needs to create a passkey. */
export interface EnrolmentBegun {
  person: Person;
  /** Base64url: what the authenticator signs. */
  challenge: string;
  relyingParty: RelyingParty;
  /** Credentials that this person has enrolled already. */
  known: string[];
  /** What one of the person's passkeys has to sign besides, with the new credential's id; null if none has to. */
  consent: PresenceOffer | null;
}

/** A passkey whose attestation is verified, before it is stored. */
export type ProvenPasskey = Pick<
  EnrolledPasskey,
  'id' | 'jwk' | 'clientDataJson' | 'attestationObject' | 'rpId'
> & { challenge: string };

/**
 * Begins the enrolment of the caller's passkey. The challenge is valid once, for this session, for five minutes.
 * It needs a fresh sign-in: a stolen session alone enrols nothing.
 *
 * @param origin of a signing page of the customer's own that no trust document names yet; absent: the relying party of the
 *   document in force, or this broker's
 * @throws AccessError `forbidden`, `not_found`, `fresh_sign_in_required`, `invalid_request`, `conflict` if passkeys cannot be
 *   made here
 */
export function beginEnrolment(
  deps: SigningDeps,
  principal: Principal,
  tenant: string,
  session: string,
  origin?: string,
): Promise<EnrolmentBegun> {
  return deps.store.passkeys.write(async (unit) => {
    const { own, actor } = await requireMayEnrol(deps, unit, principal, tenant);
    const { authenticators, trust } = own;
    const { rpId, origins } = selectRelyingParty(deps, origin, await trust.current(tenant));
    const known = (await authenticators.passkeys(tenant)).filter(({ person }) => person === actor.id);
    const ceremony = await beginCeremonyIn(deps, unit, actor, session, 'enrol');
    return {
      ...{ person: actor, challenge: ceremony.nonce, relyingParty: { rpId, origins } },
      known: known.map(({ id }) => id),
      consent: presenceOffer(deps, actor, ceremony, await consentKeysOf(deps, own, actor)),
    };
  });
}

/**
 * Requires a fresh sign-in. A mailed code is enough only where the tenant has no provider.
 *
 * @throws AccessError `forbidden`, `not_found`, `fresh_sign_in_required`
 */
async function requireMayEnrol(deps: SigningDeps, unit: PasskeysUnit, principal: Principal, slug: string) {
  const { actor, tenant } = await requireOwnTenant(unit, principal, 'passkey.enrol', slug);
  if (principal.assurance === 'mail-code') requireNoProvider(tenant);
  requireFreshSignIn(principal, deps.clock.now());
  return { own: await unit.tenant(slug), actor };
}

/**
 * The passkeys of which one has to consent to a new one. In a claimed tenant the people consent by signing the next trust
 * document: until then a new passkey counts for nothing, and the old ones may be lost.
 */
async function consentKeysOf(
  deps: SigningDeps,
  own: Awaited<ReturnType<PasskeysUnit['tenant']>>,
  { id }: Person,
): Promise<SigningKey[]> {
  return (await own.trust.current(own.tenant)) === null ? presenceKeysOf(deps, own, id) : [];
}

/**
 * The relying party against which an attestation of this tenant is verified.
 *
 * @param origin the same as at the beginning of the enrolment
 */
export async function relyingPartyOf(
  deps: SigningDeps,
  principal: Principal,
  tenant: string,
  origin?: string,
): Promise<RelyingParty> {
  requireTenantAccess(principal, 'passkey.enrol', tenant);
  const current = await readAsPerson(deps, principal.person, (unit) => unit.trust.current(tenant));
  return selectRelyingParty(deps, origin, current);
}

function selectRelyingParty(
  { relyingParty }: SigningDeps,
  origin: string | undefined,
  current: TrustVersion | null,
): RelyingParty {
  const document = current?.document ?? null;
  const found = origin === undefined ? (document ?? relyingParty) : signingPageRelyingParty(origin, document);
  if (found === null)
    throw new AccessError(
      'conflict',
      'Passkeys need a domain name, and this broker is reached by an IP address.',
    );
  return found;
}

/** How a passkey is enrolled. */
interface Enrolment {
  session: string;
  name: string;
  /** The consent of a passkey that the person has already, as received. */
  consent?: unknown;
  /** Seconds until a new passkey counts in an unclaimed tenant. */
  cooling: number;
}

/**
 * Stores the caller's passkey, whose attestation is verified, and notifies its owner and the admins. In an unclaimed tenant
 * it counts after the cooling time, or once another admin has confirmed it. One that was enrolled with nothing but a mailed
 * code, or without consent soon after one that counted was removed, counts only once it is confirmed.
 * In a claimed tenant it approves nothing before a trust document lists it.
 *
 * @throws AccessError `forbidden`, `not_found`, `fresh_sign_in_required`, `wrong_state` if this session began no enrolment
 *   with that challenge, or too long ago; `countersignature_required` without the consent of an earlier passkey;
 *   `invalid_request` for an invalid consent; `conflict` if the credential is enrolled already
 */
export function enrolPasskey(
  deps: SigningDeps,
  principal: Principal,
  tenant: string,
  by: Enrolment,
  proven: ProvenPasskey,
): Promise<ListedPasskey> {
  return deps.store.passkeys.write(async (unit) => {
    const { own, actor } = await requireMayEnrol(deps, unit, principal, tenant);
    const { challenge, ...rest } = proven;
    const ceremony = await endCeremonyIn(deps, unit, actor, by.session, 'enrol', challenge);
    const mine = (await own.authenticators.passkeys(tenant)).filter(({ person }) => person === actor.id);
    if (mine.length >= MAX_PASSKEYS)
      throw new AccessError('conflict', `You have ${MAX_PASSKEYS} passkeys already. Remove one first.`);
    const keys = await consentKeysOf(deps, own, actor);
    if (keys.length > 0 && by.consent === undefined)
      throw new AccessError('countersignature_required', 'Consent with a passkey that you have already.', {
        pointer: '/consent',
      });
    const consent =
      keys.length === 0 ? null : requirePresence(deps, actor, ceremony, keys, by.consent, proven.id);
    const now = deps.clock.now();
    const createdAt = now.toISOString();
    const needsConfirmation =
      consent === null && (principal.assurance === 'mail-code' || (await lostPasskey(own, actor, now)));
    const passkey: EnrolledPasskey = {
      ...rest,
      ...{ tenant, person: actor.id, name: by.name, consent },
      activeFrom: needsConfirmation ? null : new Date(now.getTime() + by.cooling * 1_000).toISOString(),
      ...{ confirmedBy: null, createdAt, removedAt: null },
    };
    await own.authenticators.addPasskey(passkey);
    const { id, jwk, rpId, activeFrom } = passkey;
    await own.log.append({
      type: 'passkey.enrolled',
      at: createdAt,
      actor: actor.id,
      data: { person: actor.id, credential: id, jwk, rpId, activeFrom, consent: consent?.credential ?? null },
      personal: { name: by.name },
    });
    await own.outbox.add(passkeyNotice(passkey, 'enrolled', createdAt));
    return { ...passkey, inTrust: false };
  });
}

/** True if a passkey of this person that counted was removed so recently that a new one without consent needs a confirmation. */
async function lostPasskey(
  { authenticators }: Pick<TenantUnit, 'authenticators'>,
  { id }: Person,
  now: Date,
): Promise<boolean> {
  const since = new Date(now.getTime() - REMOVED_PASSKEY_DAYS * 86_400_000).toISOString();
  return (await authenticators.removedPasskeys(id, since)).some(hasCounted);
}
