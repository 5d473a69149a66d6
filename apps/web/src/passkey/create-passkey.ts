import { type PublicKeyCredentialCreationOptionsJSON, startRegistration } from '@simplewebauthn/browser';
import type { MadePasskey } from '../signing/protocol.js';
import { passkeyProblem } from './passkey-problem.js';

/** Makes a passkey here, as the broker asks for it. @throws PasskeyProblem */
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
    throw passkeyProblem(thrown);
  }
}
