import { encodeBase64url, type Signature, type Statement, statementChallenge } from '@countersign/contract';
import { browserSupportsWebAuthn, startAuthentication } from '@simplewebauthn/browser';
import { PasskeyProblem, passkeyProblem } from './passkey-problem.js';
import { hashed } from './web-hashing.js';

/**
 * Signs exactly this statement: the challenge is made of it here, of nothing that the broker sent.
 *
 * @throws PasskeyProblem
 */
export async function signStatement<S extends Statement>(
  statement: S,
  { rpId, credentials }: { rpId: string; credentials: readonly string[] },
): Promise<Signature<S>> {
  if (!browserSupportsWebAuthn()) throw new PasskeyProblem('unsupported');
  const challenge = await hashed((hashing) => encodeBase64url(statementChallenge(hashing, statement)));
  try {
    const { id, response } = await startAuthentication({
      optionsJSON: {
        challenge,
        rpId,
        allowCredentials: credentials.map((each) => ({ id: each, type: 'public-key' })),
        userVerification: 'required',
      },
    });
    const { authenticatorData, clientDataJSON, signature } = response;
    return { statement, credential: id, authenticatorData, clientDataJSON, signature };
  } catch (thrown) {
    throw passkeyProblem(thrown);
  }
}
