import {
  browserSupportsWebAuthn,
  type PublicKeyCredentialCreationOptionsJSON,
} from '@simplewebauthn/browser';
import { api } from '../api/client.js';
import { answered } from '../api/problem.js';
import type { Passkey } from '../api/trust.js';
import { PasskeyProblem } from './passkey-problem.js';
import type { Place } from './place.js';
import { Places } from './places.js';

/** Makes a passkey for this tenant on the reader's device, at that page. @throws PasskeyProblem, ApiProblem */
export async function enrol(slug: string, name: string, at: Place): Promise<Passkey> {
  if (!browserSupportsWebAuthn()) throw new PasskeyProblem('unsupported');
  const params = { path: { slug } };
  const where: { origin?: string } = at === null ? {} : { origin: at };
  return Places.at([at], async (places) => {
    const options = await answered(
      api.POST('/api/v1/tenants/{slug}/passkeys/options', { params, body: where }),
    );
    const response = await places.create(at, options as unknown as PublicKeyCredentialCreationOptionsJSON);
    return answered(
      api.POST('/api/v1/tenants/{slug}/passkeys', { params, body: { name, response, ...where } }),
    );
  });
}
