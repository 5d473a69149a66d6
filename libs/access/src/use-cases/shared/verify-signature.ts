import type { Signature, Statement, TrustDocument } from '@countersign/contract';
import { type EnrolledPasskey, isActivePasskey, type RelyingParty } from '../../domain/trust/passkey.js';
import { AccessError } from '../../errors.js';
import type { ReadUnit, TenantUnit } from '../../ports/index.js';
import type { SigningDeps } from './deps.js';

type Reads = Pick<TenantUnit, 'tenant'> & Pick<ReadUnit, 'trust' | 'authenticators'>;
/** A passkey with which a person may sign, and where it may be used. */
export type SigningKey = Pick<EnrolledPasskey, 'id' | 'jwk'> & RelyingParty;

/**
 * Requires a signature by a passkey of this person: one that the trust document in force lists or, while the tenant is
 * unclaimed, an active one that they have enrolled.
 *
 * @throws AccessError `invalid_request`, `forbidden` if the passkey does not count yet
 */
export async function requireSignedBy<S extends Statement>(
  deps: SigningDeps,
  unit: Reads,
  person: string,
  signature: Signature<S>,
): Promise<void> {
  const key = await findSigningKey(deps, unit, person, signature.credential);
  if (key === undefined && (await isWaiting(unit, person, signature.credential)))
    throw new AccessError(
      'forbidden',
      'This passkey is new and does not count yet. Wait until its cooling time is over, or let another admin confirm it.',
      { pointer: '/countersignature/credential' },
    );
  if (key === undefined)
    throw new AccessError(
      'invalid_request',
      'This is not signed with a passkey of yours that is valid for this tenant.',
      { pointer: '/countersignature/credential' },
    );
  requireValidSignature(deps, signature, key);
}

async function isWaiting(unit: Reads, person: string, credential: string): Promise<boolean> {
  if ((await unit.trust.current(unit.tenant)) !== null) return false;
  const own = (await unit.authenticators.passkeys(unit.tenant)).filter((each) => each.person === person);
  return own.some(({ id }) => id === credential);
}

/** This person's passkey with that credential id; undefined if they may not sign with it. */
export async function findSigningKey(
  deps: SigningDeps,
  unit: Reads,
  person: string,
  credential: string,
): Promise<SigningKey | undefined> {
  return (await signingKeysOf(deps, unit, person)).find(({ id }) => id === credential);
}

/**
 * @param pointer where the request has the signature
 * @throws AccessError `invalid_request` if the key has not signed this
 */
export function requireValidSignature(
  deps: SigningDeps,
  signature: Signature,
  key: SigningKey,
  pointer = '/countersignature',
): void {
  const objection = deps.signatures.checkAssertion(signature, key);
  if (objection !== undefined)
    throw new AccessError('invalid_request', `This signature is not valid: ${objection.detail}.`, {
      pointer,
    });
}

/** Every passkey that this person may sign with now. */
export async function signingKeysOf(
  { relyingParty, clock }: SigningDeps,
  unit: Reads,
  person: string,
): Promise<SigningKey[]> {
  const document = (await unit.trust.current(unit.tenant))?.document;
  if (document !== undefined) {
    const { rpId, origins } = document;
    const own = (await activePasskeys(unit, document)).find((each) => each.person === person);
    return (own?.passkeys ?? []).map((passkey) => ({ ...passkey, rpId, origins }));
  }
  if (relyingParty === null) return [];
  const enrolled = await unit.authenticators.passkeys(unit.tenant);
  return enrolled
    .filter((passkey) => passkey.person === person && passkey.rpId === relyingParty.rpId)
    .filter((passkey) => isActivePasskey(passkey, clock.now()))
    .map(({ id, jwk }) => ({ id, jwk, ...relyingParty }));
}

/**
 * The people of the document in force, with those of its passkeys that are not removed. The broker no longer accepts a
 * removed passkey, although gateways do until the next version.
 */
export async function activePasskeys(
  { authenticators }: Pick<ReadUnit, 'authenticators'>,
  { tenant, people }: Pick<TrustDocument, 'tenant' | 'people'>,
): Promise<TrustDocument['people']> {
  const active = new Set((await authenticators.passkeys(tenant)).map(({ id }) => id));
  return people
    .map(({ person, passkeys }) => ({ person, passkeys: passkeys.filter(({ id }) => active.has(id)) }))
    .filter(({ passkeys }) => passkeys.length > 0);
}

/** What statements need of a read unit: the trust chain and the log's head. */
export const signingPoint = ({ trust, events }: Pick<ReadUnit, 'trust' | 'events'>) => ({
  trust,
  head: () => events.head(),
});
