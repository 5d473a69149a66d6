import { passkeyJwk, presenceSchema, recoveryJwk, signatureSchema } from '@countersign/contract';
import { z } from 'zod';
import { named } from './components.js';
import { endpoint } from './endpoint.js';
import { idText, instant } from './members.js';
import { nameText } from './organisation-members.js';
import { signingOrigin } from './trust.js';

const base64url = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[A-Za-z0-9_-]+$/, 'Base64url without padding');

/** A browser's RegistrationResponseJSON (WebAuthn Level 3 §5.1); it may have members that the broker does not read. */
const registration = z.looseObject({
  id: base64url(1_364),
  rawId: base64url(1_364),
  type: z.literal('public-key'),
  clientExtensionResults: z.looseObject({}),
  response: z.looseObject({ clientDataJSON: base64url(4_096), attestationObject: base64url(16_384) }),
});

const enrolmentSchema = named(
  'EnrolmentBody',
  'Where the new passkey will be made, if not on the broker’s own pages.',
  z.strictObject({ origin: signingOrigin.exactOptional() }),
);
export type EnrolmentBody = z.infer<typeof enrolmentSchema>;

const passkeyBodySchema = named(
  'PasskeyBody',
  'The response of the browser’s authenticator. If consent is required, also the signature of an existing passkey.',
  z.strictObject({
    name: nameText.max(100).describe('The owner’s name for it: a laptop, a key on a ring.'),
    response: registration.describe('The answer of `navigator.credentials.create`, as JSON.'),
    origin: signingOrigin.exactOptional(),
    consent: signatureSchema
      .exactOptional()
      .describe('The signature that `consent` of the options asks for, with the new credential’s id added.'),
  }),
);
export type PasskeyBody = z.infer<typeof passkeyBodySchema>;

/** What a person signs to prove that they hold their passkey now, and with which passkeys. */
export const presenceOfferSchema = named(
  'PresenceOffer',
  'The statement that an existing passkey signs as consent.',
  z.object({
    // To enrol, the signer adds `credential`: the id of the new passkey.
    statement: presenceSchema,
    credentials: z.array(z.string()).describe('The passkeys of which one signs.'),
    rpId: z.string(),
    origins: z.array(z.string()).describe('Where they sign.'),
  }),
);
export type PresenceOffer = z.infer<typeof presenceOfferSchema>;

const recoveryKeyBodySchema = named(
  'RecoveryKeyBody',
  'The public half of a recovery key that the browser has made.',
  z.strictObject({
    jwk: recoveryJwk.describe('The public half. The private half is printed and never sent.'),
  }),
);
export type RecoveryKeyBody = z.infer<typeof recoveryKeyBodySchema>;

const ownedMembers = {
  person: idText('usr', 'Its owner.'),
  createdAt: instant(),
  inTrust: z.boolean().describe('Whether the current trust document names it.'),
};

const passkeySchema = named(
  'Passkey',
  'A passkey of a customer’s person.',
  z.object({
    id: z.string().describe('The credential’s id, base64url.'),
    name: z.string(),
    jwk: passkeyJwk,
    rpId: z.string().describe('The relying party that it signs for.'),
    clientDataJSON: z
      .string()
      .describe('As the browser made it, base64url, so that anyone can check the enrolment.'),
    attestationObject: z.string().describe('Likewise; it contains the authenticator data.'),
    activeFrom: instant()
      .nullable()
      .describe(
        'In an unclaimed tenant: from when it counts; null while it waits for another admin’s confirmation. In a claimed one only `inTrust` counts.',
      ),
    confirmedBy: z.string().nullable().describe('The admin who confirmed it; null if no one did.'),
    ...ownedMembers,
  }),
);
export type Passkey = z.infer<typeof passkeySchema>;

const recoveryKeySchema = named(
  'RecoveryKey',
  'A recovery key of a customer’s person.',
  z.object({ id: z.string().describe('RFC 7638 thumbprint.'), jwk: recoveryJwk, ...ownedMembers }),
);
export type RecoveryKey = z.infer<typeof recoveryKeySchema>;

const passkeyPageSchema = named(
  'PasskeyPage',
  'The passkeys and recovery keys of a tenant’s people.',
  z.object({
    items: z.array(passkeySchema),
    next: z.null(),
    recoveryKeys: z.array(recoveryKeySchema),
  }),
);

const OWN_BROWSER = 'Only in the person’s own browser session: not with an API key, not from a command line.';

/** The passkeys and recovery keys that a customer's people sign with. */
export const passkeyEndpoints = {
  options: endpoint({
    route: 'POST /api/v1/tenants/{slug}/passkeys/options',
    callers: { people: 'passkey.enrol' },
    summary: 'Begin to enrol one’s own passkey',
    description: `Its challenge can be used once, by this session, within five minutes. It needs a sign-in in the last ten minutes (\`fresh=true\` at the provider, or a mailed code). ${OWN_BROWSER}`,
    body: { schema: enrolmentSchema, optional: true },
    answer: {
      status: 200,
      description: 'The options for `navigator.credentials.create` (PublicKeyCredentialCreationOptionsJSON).',
      schema: z.looseObject({
        challenge: z.string(),
        rp: z.looseObject({ id: z.string() }),
        consent: presenceOfferSchema
          .nullable()
          .describe('What a passkey that the person has already signs besides; null if it need not.'),
      }),
    },
    errors: ['not_found', 'conflict', 'fresh_sign_in_required'],
  }),
  enrol: endpoint({
    route: 'POST /api/v1/tenants/{slug}/passkeys',
    callers: { people: 'passkey.enrol' },
    summary: 'Enrol the passkey that the browser made',
    description: `Its owner and the tenant’s admins are notified. In an unclaimed tenant it counts after a cooling time (COUNTERSIGN_PASSKEY_COOLING), or once another admin has confirmed it. After nothing but a mailed code, or without consent within 30 days after a passkey of the person that counted was removed, it counts only once it is confirmed. In a claimed tenant it can approve once a trust document names it. ${OWN_BROWSER}`,
    body: { schema: passkeyBodySchema },
    answer: { status: 201, description: 'The passkey.', schema: passkeySchema },
    errors: ['not_found', 'wrong_state', 'conflict', 'fresh_sign_in_required', 'countersignature_required'],
  }),
  confirm: endpoint({
    route: 'POST /api/v1/tenants/{slug}/passkeys/{credential}/confirmation',
    callers: { people: 'passkey.confirm' },
    summary: 'Confirm another person’s new passkey',
    description:
      'For admins, about someone else’s passkey: it then counts at once. It needs a sign-in in the last ten minutes. An admin whom the tenant itself has just added can confirm no passkey until the cooling time is over.',
    answer: { status: 200, description: 'The passkey, which counts now.', schema: passkeySchema },
    errors: ['not_found', 'wrong_state', 'fresh_sign_in_required'],
  }),
  list: endpoint({
    route: 'GET /api/v1/tenants/{slug}/passkeys',
    callers: { people: 'trust.read' },
    summary: 'List the passkeys and recovery keys of a tenant’s people',
    description: 'For the tenant’s people. Public halves only.',
    answer: {
      status: 200,
      description: 'All passkeys, oldest first, and recovery keys; `next` is null.',
      schema: passkeyPageSchema,
    },
    errors: ['not_found'],
  }),
  remove: endpoint({
    route: 'DELETE /api/v1/tenants/{slug}/passkeys/{credential}',
    callers: { people: 'passkey.remove' },
    summary: 'Remove a passkey',
    description: `One’s own, or anyone’s as an admin, after a sign-in in the last ten minutes. Its owner and the tenant’s admins are notified. A passkey that a trust document names is removed with the next document. ${OWN_BROWSER}`,
    answer: { status: 204, description: 'It is removed.' },
    errors: ['not_found', 'conflict', 'fresh_sign_in_required'],
  }),
  addRecoveryKey: endpoint({
    route: 'POST /api/v1/tenants/{slug}/recovery-keys',
    callers: { people: 'recovery-key.register' },
    summary: 'Register the public half of a printed recovery key',
    description: `One per person: a new key replaces the old one. It signs trust documents, nothing else. ${OWN_BROWSER}`,
    body: { schema: recoveryKeyBodySchema },
    answer: { status: 201, description: 'The key.', schema: recoveryKeySchema },
    errors: ['not_found', 'conflict', 'fresh_sign_in_required'],
  }),
};
