import { passkeyJwk, recoveryJwk } from '@countersign/contract';
import { z } from 'zod';
import { component, idText, instant } from '../openapi/components.js';
import { freeText } from '../requests/ask-body.js';

const base64url = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[A-Za-z0-9_-]+$/, 'Base64url without padding');

/** Of a browser (RegistrationResponseJSON, WebAuthn Level 3 §5.1): it may say more than is read here. */
const registration = z.looseObject({
  id: base64url(1_364),
  rawId: base64url(1_364),
  type: z.literal('public-key'),
  clientExtensionResults: z.looseObject({}),
  response: z.looseObject({ clientDataJSON: base64url(4_096), attestationObject: base64url(16_384) }),
});

/** Read more strictly by the use case: only that it is short is said here. */
export const signingOrigin = z
  .string()
  .max(300)
  .describe(
    'Of a signing page of the customer’s own, https://sign.acme.example, that no trust document names yet.',
  );

export const enrolmentBody = component('EnrolmentBody', z.strictObject({ origin: signingOrigin.optional() }));

export const passkeyBody = component(
  'PasskeyBody',
  z.strictObject({
    name: freeText.min(1).max(100).describe('What its owner calls it: a laptop, a key on a ring.'),
    response: registration.describe('What `navigator.credentials.create` answered, as JSON.'),
    origin: signingOrigin.optional(),
  }),
);
export type PasskeyBody = z.infer<typeof passkeyBody>;

export const recoveryKeyBody = component(
  'RecoveryKeyBody',
  z.strictObject({
    jwk: recoveryJwk.describe('The public half. The private one is printed, and never sent.'),
  }),
);

const owned = {
  person: idText('usr', 'Whose it is.'),
  createdAt: instant(),
  inTrust: z.boolean().describe('Whether the trust document in force names it.'),
};

export const passkeyShape = component(
  'Passkey',
  z.object({
    id: z.string().describe('The credential’s id, base64url.'),
    name: z.string(),
    jwk: passkeyJwk,
    rpId: z.string().describe('For which relying party it signs.'),
    clientDataJSON: z.string().describe('As its browser made it, base64url: anyone can check the enrolment.'),
    attestationObject: z.string().describe('Likewise; the authenticator data are in it.'),
    ...owned,
  }),
);

export const recoveryKeyShape = component(
  'RecoveryKey',
  z.object({ id: z.string().describe('RFC 7638 thumbprint.'), jwk: recoveryJwk, ...owned }),
);

export const passkeyPage = component(
  'PasskeyPage',
  z.object({
    items: z.array(passkeyShape),
    next: z.null(),
    recoveryKeys: z.array(recoveryKeyShape),
  }),
);
