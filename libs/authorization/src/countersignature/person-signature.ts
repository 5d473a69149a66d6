import { type Signature, statementChallenge, type TrustDocument } from '@countersign/contract';
import { checkAssertion } from './check-assertion.js';
import type { CountersignPorts } from './ports.js';
import { type CountersignRefusal, refuse } from './refusal.js';

/**
 * Why a signature is not by a passkey of that person, or undefined where it is. People and keys, as all rules, are those
 * of this document, the version in force: who was removed, or whose key was, says nothing any more.
 */
export function checkPersonSignature(
  signature: Signature,
  person: string,
  { people, rpId, origins }: TrustDocument,
  ports: CountersignPorts,
): CountersignRefusal | undefined {
  const holder = people.find((each) => each.person === person);
  if (holder === undefined)
    return refuse('unknown_person', 'the statement is of nobody whom the trust document lists');
  const key = holder.passkeys.find(({ id }) => id === signature.credential);
  if (key === undefined) return refuse('unknown_key', 'the passkey is not one of this person');
  const challenge = statementChallenge(ports.hashing, signature.statement);
  return checkAssertion({ signature, challenge, jwk: key.jwk, rpId, origins }, ports);
}
