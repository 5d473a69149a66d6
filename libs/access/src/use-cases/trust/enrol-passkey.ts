import { encodeBase64url } from '@countersign/contract';
import type { Person, Principal } from '../../domain/person.js';
import {
  type EnrolledPasskey,
  type RelyingParty,
  signingPageRelyingParty,
} from '../../domain/trust/passkey.js';
import type { TrustVersion } from '../../domain/trust/trust-version.js';
import { AccessError } from '../../errors.js';
import type { PasskeysUnit } from '../../ports/index.js';
import { requireOwnTenant, requireTenantAccess } from '../organisation/tenant-access.js';
import type { Deps, SigningDeps } from '../shared/deps.js';
import { hexDigest } from '../shared/secrets.js';
import { readAsPerson } from '../shared/visible-objects.js';
import type { ListedPasskey } from './authenticators.js';

/** How long an enrolment may take. */
const ENROLMENT_MINUTES = 5;
const CHALLENGE_BYTES = 32;
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
}

/** A passkey whose attestation is verified, before it is stored. */
export type ProvenPasskey = Pick<
  EnrolledPasskey,
  'id' | 'jwk' | 'clientDataJson' | 'attestationObject' | 'rpId'
> & { challenge: string };

/**
 * Begins the enrolment of the caller's passkey. The challenge is valid once, for this session, for five minutes.
 *
 * @param origin of a signing page of the customer's own that no trust document names yet; absent: the relying party of the
 *   document in force, or this broker's
 * @throws AccessError `forbidden`, `not_found`, `invalid_request`, `conflict` if passkeys cannot be made here
 */
export function beginEnrolment(
  deps: SigningDeps,
  principal: Principal,
  tenant: string,
  session: string,
  origin?: string,
): Promise<EnrolmentBegun> {
  return deps.store.passkeys.write(async (unit) => {
    const { actor } = await requireOwnTenant(unit, principal, 'passkey.enrol', tenant);
    const { authenticators, trust } = await unit.tenant(tenant);
    const { rpId, origins } = selectRelyingParty(deps, origin, await trust.current(tenant));
    const known = (await authenticators.passkeys(tenant)).filter(({ person }) => person === actor.id);
    const challenge = encodeBase64url(deps.random.bytes(CHALLENGE_BYTES));
    const now = deps.clock.now();
    await unit.attempts.purge(now.toISOString());
    await unit.attempts.insert({
      hash: hexDigest(deps.hashing, challenge),
      kind: 'passkey',
      person: actor.id,
      browser: null,
      data: { session },
      misses: 0,
      createdAt: now.toISOString(),
      expiresAt: new Date(now.getTime() + ENROLMENT_MINUTES * 60_000).toISOString(),
    });
    return { person: actor, challenge, relyingParty: { rpId, origins }, known: known.map(({ id }) => id) };
  });
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

/**
 * Stores the caller's passkey, whose attestation is verified. It may then sign proposals of trust documents. In a claimed
 * tenant it approves nothing before a trust document lists it.
 *
 * @throws AccessError `forbidden`, `not_found`, `wrong_state` if this session began no enrolment with that challenge, or
 *   too long ago; `conflict` if the credential is enrolled already
 */
export function enrolPasskey(
  deps: Deps,
  principal: Principal,
  tenant: string,
  by: { session: string; name: string },
  proven: ProvenPasskey,
): Promise<ListedPasskey> {
  return deps.store.passkeys.write(async (unit) => {
    const { actor } = await requireOwnTenant(unit, principal, 'passkey.enrol', tenant);
    await takeChallenge(deps, unit, actor, by.session, proven.challenge);
    const own = await unit.tenant(tenant);
    const mine = (await own.authenticators.passkeys(tenant)).filter(({ person }) => person === actor.id);
    if (mine.length >= MAX_PASSKEYS)
      throw new AccessError('conflict', `You have ${MAX_PASSKEYS} passkeys already. Remove one first.`);
    const { challenge: _challenge, ...rest } = proven;
    const createdAt = deps.clock.now().toISOString();
    const passkey = {
      ...rest,
      ...{ tenant, person: actor.id, name: by.name, createdAt, removedAt: null },
      ...{ activeFrom: createdAt, confirmedBy: null, consent: null },
    };
    await own.authenticators.addPasskey(passkey);
    await own.log.append({
      type: 'passkey.enrolled',
      at: createdAt,
      actor: actor.id,
      data: { person: actor.id, credential: passkey.id, jwk: passkey.jwk, rpId: passkey.rpId },
      personal: { name: by.name },
    });
    return { ...passkey, inTrust: false };
  });
}

async function takeChallenge(
  deps: Deps,
  unit: PasskeysUnit,
  actor: Person,
  session: string,
  challenge: string,
): Promise<void> {
  const hash = hexDigest(deps.hashing, challenge);
  const attempt = await unit.attempts.find(hash);
  const isOurs =
    attempt?.kind === 'passkey' && attempt.person === actor.id && attempt.data['session'] === session;
  const isInTime = attempt !== null && deps.clock.now().getTime() < Date.parse(attempt.expiresAt);
  if (!isOurs || !isInTime || !(await unit.attempts.take(hash)))
    throw new AccessError('wrong_state', 'This enrolment was not begun here, or took too long. Begin again.');
}
