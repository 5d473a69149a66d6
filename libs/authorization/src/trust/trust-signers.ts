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
import {
  type CountersignPorts,
  type CountersignRefusal,
  refuse,
} from '../countersignature/countersignature.js';

/** A passkey and the person who owns it. */
type OwnedKey = Passkey & { person: string };

/** Who signed a version: persons of the version before it, and the ids of passkeys that it adds. */
export type Signers = { persons: ReadonlySet<string>; added: ReadonlySet<string> };

function ownedKeys({ people }: TrustDocument): OwnedKey[] {
  return people.flatMap(({ person, passkeys }) => passkeys.map((passkey) => ({ person, ...passkey })));
}

/** Passkeys of `next` that `current` does not have with the same id, key and person. Each must sign. */
export function addedKeys(current: TrustDocument | null, next: TrustDocument): OwnedKey[] {
  const known = current === null ? [] : ownedKeys(current);
  return ownedKeys(next).filter(
    (key) =>
      !known.some(({ id, person, jwk }) => id === key.id && person === key.person && isSameJwk(jwk, key.jwk)),
  );
}

/** A key has exactly one canonical JSON, because its members are parsed strictly. */
const isSameJwk = (a: PasskeyJwk, b: PasskeyJwk): boolean => canonicalJson(a) === canonicalJson(b);

/**
 * Verifies every signature over a version and returns who signed. A passkey of the version before signs for that version's
 * relying party and on its origins. An added passkey signs for the new relying party and on the origins of either. One
 * signature that is unknown, invalid or double refuses the whole version.
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
  const known = current === null ? [] : ownedKeys(current).map((key) => ({ ...key, relyingParty: current }));
  const origins = [...next.origins, ...(current?.origins ?? [])];
  const fresh = addedKeys(current, next).map((key) => ({
    ...key,
    relyingParty: { rpId: next.rpId, origins },
  }));
  for (const signature of signatures) {
    const isRecovery = signature.credential === RECOVERY_CREDENTIAL;
    const recovered = isRecovery ? recoveredPerson(current, next, signature, ports) : undefined;
    const currentKey = known.find(({ id }) => id === signature.credential);
    const addedKey = fresh.find(({ id }) => id === signature.credential);
    const signer = currentKey ?? addedKey;
    if (recovered === undefined && signer === undefined)
      return refuse('unknown_key', 'a signature is by a key that may not sign this version');
    const key = isRecovery ? `${RECOVERY_CREDENTIAL} of ${recovered}` : signature.credential;
    if (seen.has(key)) return refuse('duplicate_signature', 'a key has signed twice');
    seen.add(key);
    if (signer !== undefined) {
      const { jwk, relyingParty } = signer;
      const { rpId, origins } = relyingParty;
      const refusal = checkAssertion({ signature, challenge, jwk, rpId, origins }, ports);
      if (refusal !== undefined) return refusal;
      // A current key whose id the new version gives to another key did not prove that added key, so it must not count.
      if (addedKey !== undefined && isSameJwk(signer.jwk, addedKey.jwk)) added.add(addedKey.id);
    }
    const person = recovered ?? currentKey?.person;
    if (person !== undefined) persons.add(person);
  }
  return { persons, added };
}

/** The person whose recovery key, of the version before, made this signature. Undefined if none did. */
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
