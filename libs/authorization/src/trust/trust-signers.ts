import {
  canonicalJson,
  decodeBase64url,
  type Passkey,
  type PasskeyJwk,
  RECOVERY_CREDENTIAL,
  type RecoveryJwk,
  recoverySignedBytes,
  type Signature,
  type SignedTrustDocument,
  statementChallenge,
  type TrustDocument,
} from '@countersign/contract';
import { checkAssertion } from '../countersignature/assertion.js';
import type { CountersignPorts } from '../countersignature/countersignature.js';
import { type CountersignRefusal, refuse } from '../countersignature/countersignature.js';

/** A passkey and whose it is. */
type OwnedKey = Passkey & { person: string };

/** Who signed a version: persons of the version before it, and credentials that it adds. */
export type Signers = { persons: ReadonlySet<string>; added: ReadonlySet<string> };

function ownedKeys({ people }: TrustDocument): OwnedKey[] {
  return people.flatMap(({ person, passkeys }) => passkeys.map((passkey) => ({ person, ...passkey })));
}

/** Keys of `next` that `current` does not have just so, with this person: each has to sign. */
export function addedKeys(current: TrustDocument | null, next: TrustDocument): OwnedKey[] {
  const known = current === null ? [] : ownedKeys(current);
  return ownedKeys(next).filter(
    (key) =>
      !known.some(({ id, person, jwk }) => id === key.id && person === key.person && isSameJwk(jwk, key.jwk)),
  );
}

/** Their members are strict and canonical, so the same key has the same text. */
const isSameJwk = (a: PasskeyJwk, b: PasskeyJwk): boolean => canonicalJson(a) === canonicalJson(b);

/**
 * Checks every signature over a version and says whose they are. A key of the version before signs as that one's relying
 * party and at its origins, a key that is added as the new one's and at either's. A signature that is nobody's, that
 * does not hold or comes twice refuses them all: what cannot be explained is not passed over.
 */
export function verifyTrustSigners(
  current: TrustDocument | null,
  { document: next, signatures }: SignedTrustDocument,
  ports: CountersignPorts,
): Signers | CountersignRefusal {
  const persons = new Set<string>();
  const added = new Set<string>();
  const seen = new Set<string>();
  const challenge = statementChallenge(ports.hashing, next);
  const known = current === null ? [] : ownedKeys(current).map((key) => ({ ...key, place: current }));
  const origins = [...next.origins, ...(current?.origins ?? [])];
  const fresh = addedKeys(current, next).map((key) => ({ ...key, place: { rpId: next.rpId, origins } }));
  for (const signature of signatures) {
    const isRecovery = signature.credential === RECOVERY_CREDENTIAL;
    const recovered = isRecovery ? recoveredPerson(current, next, signature, ports) : undefined;
    const before = known.find(({ id }) => id === signature.credential);
    const after = fresh.find(({ id }) => id === signature.credential);
    const signer = before ?? after;
    if (recovered === undefined && signer === undefined)
      return refuse('unknown_key', 'a signature is by no key that may sign this version');
    const key = isRecovery ? `${RECOVERY_CREDENTIAL} of ${recovered}` : signature.credential;
    if (seen.has(key)) return refuse('duplicate_signature', 'a key has signed twice');
    seen.add(key);
    if (signer !== undefined) {
      const { jwk, place } = signer;
      const at = { rpId: place.rpId, origins: place.origins };
      const refusal = checkAssertion({ signature, challenge, jwk, ...at }, ports);
      if (refusal !== undefined) return refusal;
      if (after !== undefined && isSameJwk(signer.jwk, after.jwk)) added.add(after.id);
    }
    const person = recovered ?? before?.person;
    if (person !== undefined) persons.add(person);
  }
  return { persons, added };
}

/** Whose recovery key, of the version before, made this signature; undefined where none did. */
function recoveredPerson(
  current: TrustDocument | null,
  next: TrustDocument,
  signature: Signature,
  ports: CountersignPorts,
): string | undefined {
  return current?.recovery?.find(({ jwk }) => isSignedByRecoveryKey(next, jwk, signature, ports))?.person;
}

/** Whether this recovery key made the signature over the document. */
export function isSignedByRecoveryKey(
  document: TrustDocument,
  jwk: RecoveryJwk,
  { signature }: Pick<Signature, 'signature'>,
  { hashing, signatures }: CountersignPorts,
): boolean {
  const bytes = decodeBase64url(signature) ?? new Uint8Array();
  return signatures.verify(jwk, recoverySignedBytes(hashing, document), bytes);
}
