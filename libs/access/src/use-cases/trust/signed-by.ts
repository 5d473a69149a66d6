import type { Signature, Statement } from '@countersign/contract';
import type { EnrolledPasskey, RelyingParty } from '../../domain/trust/passkey.js';
import { AccessError } from '../../errors.js';
import type { TenantUnit } from '../../ports/index.js';
import { activePasskeys } from '../sessions/standing-keys.js';
import type { SigningDeps } from '../shared/deps.js';

type Reads = Pick<TenantUnit, 'tenant' | 'trust' | 'authenticators'>;
type Key = Pick<EnrolledPasskey, 'id' | 'jwk'> & RelyingParty;

/**
 * Says whether this is signed with a passkey of that person: one that the trust document in force lists, or while the
 * tenant is unclaimed one that they have enrolled.
 *
 * @throws AccessError `invalid_request`
 */
export async function requireSignedBy<S extends Statement>(
  deps: SigningDeps,
  unit: Reads,
  person: string,
  signature: Signature<S>,
): Promise<void> {
  const key = await findSigningKey(deps, unit, person, signature.credential);
  if (key === undefined)
    throw new AccessError(
      'invalid_request',
      'This is signed with no passkey of yours that counts for this tenant.',
      { pointer: '/countersignature/credential' },
    );
  requireValidSignature(deps, signature, key);
}

/** The passkey of that name with which this person may sign; undefined if none is known. */
export async function findSigningKey(
  deps: SigningDeps,
  unit: Reads,
  person: string,
  credential: string,
): Promise<Key | undefined> {
  return (await keysOf(deps, unit, person)).find(({ id }) => id === credential);
}

/** @throws AccessError `invalid_request` if the key has not signed this */
export function requireValidSignature(deps: SigningDeps, signature: Signature, key: Key): void {
  const objection = deps.signatures.assertion(signature, key);
  if (objection !== undefined)
    throw new AccessError('invalid_request', `This signature does not hold: ${objection.detail}.`, {
      pointer: '/countersignature',
    });
}

async function keysOf({ relyingParty }: SigningDeps, unit: Reads, person: string): Promise<Key[]> {
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
    .map(({ id, jwk }) => ({ id, jwk, ...relyingParty }));
}
