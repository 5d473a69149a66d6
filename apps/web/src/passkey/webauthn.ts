import { encodeBase64url, type Signature, type Statement, statementChallenge } from '@countersign/contract';
import {
  browserSupportsWebAuthn,
  type PublicKeyCredentialCreationOptionsJSON,
  startAuthentication,
  startRegistration,
} from '@simplewebauthn/browser';
import type { MadePasskey } from '../signing/protocol.js';
import { PasskeyProblem, toPasskeyProblem } from './passkey-problem.js';
import { withHashing } from './web-hashing.js';

/** Creates a passkey on this device with the broker's options. @throws PasskeyProblem */
export async function createPasskey(
  optionsJSON: PublicKeyCredentialCreationOptionsJSON,
): Promise<MadePasskey> {
  try {
    const { id, rawId, response, clientExtensionResults } = await startRegistration({ optionsJSON });
    const { clientDataJSON, attestationObject } = response;
    return {
      id,
      rawId,
      type: 'public-key',
      clientExtensionResults: { ...clientExtensionResults },
      response: { clientDataJSON, attestationObject },
    };
  } catch (thrown) {
    throw toPasskeyProblem(thrown);
  }
}

/**
 * Signs exactly this statement: the challenge is computed here from the statement, never taken from the broker.
 *
 * @throws PasskeyProblem
 */
export async function signStatement<S extends Statement>(
  statement: S,
  { rpId, credentials }: { rpId: string; credentials: readonly string[] },
): Promise<Signature<S>> {
  if (!browserSupportsWebAuthn()) throw new PasskeyProblem('unsupported');
  const challenge = await withHashing((hashing) => encodeBase64url(statementChallenge(hashing, statement)));
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
    throw toPasskeyProblem(thrown);
  }
}
