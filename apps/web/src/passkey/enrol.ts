import {
  browserSupportsWebAuthn,
  type PublicKeyCredentialCreationOptionsJSON,
  startRegistration,
} from '@simplewebauthn/browser';
import { api } from '../api/client.js';
import { answered } from '../api/problem.js';
import type { Passkey } from '../api/trust.js';
import { PasskeyProblem, passkeyProblem } from './passkey-problem.js';

/** Makes a passkey for this tenant on the reader's device. @throws PasskeyProblem, ApiProblem */
export async function enrol(slug: string, name: string): Promise<Passkey> {
  if (!browserSupportsWebAuthn()) throw new PasskeyProblem('unsupported');
  const params = { path: { slug } };
  const options = await answered(api.POST('/api/v1/tenants/{slug}/passkeys/options', { params, body: {} }));
  const response = await create(options as unknown as PublicKeyCredentialCreationOptionsJSON);
  return answered(api.POST('/api/v1/tenants/{slug}/passkeys', { params, body: { name, response } }));
}

async function create(optionsJSON: PublicKeyCredentialCreationOptionsJSON) {
  try {
    const { id, rawId, response, clientExtensionResults } = await startRegistration({ optionsJSON });
    const { clientDataJSON, attestationObject } = response;
    return {
      id,
      rawId,
      type: 'public-key' as const,
      clientExtensionResults: { ...clientExtensionResults },
      response: { clientDataJSON, attestationObject },
    };
  } catch (thrown) {
    throw passkeyProblem(thrown);
  }
}
