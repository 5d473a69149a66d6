import type { PresenceOffer } from '@countersign/api';
import type { PresenceStatement, Signature } from '@countersign/contract';
import { PasskeyProblem } from './passkey-problem.js';
import { signingOriginOf } from './signer.js';
import type { SigningPages } from './signing-pages.js';

/**
 * Signs what the broker offers as proof that the person holds their passkey now.
 *
 * @param credential the new passkey to which they consent; absent to sign in
 * @throws PasskeyProblem `differs` if the broker offers any other statement
 */
export function signPresence(
  pages: SigningPages,
  { statement, credentials, rpId, origins }: PresenceOffer,
  credential?: string,
): Promise<Signature<PresenceStatement>> {
  const { type, deployment, tenant, person, purpose, nonce, notBefore, notAfter } = statement;
  if (purpose !== (credential === undefined ? 'sign-in' : 'enrol')) throw new PasskeyProblem('differs');
  const ownStatement: PresenceStatement = {
    ...{ type, deployment, tenant, person, purpose, nonce, notBefore, notAfter },
    ...(credential === undefined ? {} : { credential }),
  };
  return pages.sign(ownStatement, { rpId, credentials, at: signingOriginOf(origins) });
}
