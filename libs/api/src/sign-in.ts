import { hasHiddenCharacters } from '@countersign/contract';
import { z } from 'zod';
import { named } from './components.js';
import { endpoint } from './endpoint.js';
import { idText, instant, nextAddressSchema } from './members.js';
import { sessionSchema } from './sessions.js';

/** Anyone may send these. */
const MAX_SIGN_IN_BYTES = 16 * 1024;

const organisation = z
  .string()
  .max(100)
  .transform((text) => text.trim().toLowerCase())
  .describe('A tenant’s slug; `vendor` for the vendor’s staff.');

const discoverSchema = named(
  'SignInOrganisation',
  'An organisation whose provider one can sign in with.',
  z.strictObject({ organisation }),
);
export type SignInOrganisation = z.infer<typeof discoverSchema>;

const methodsSchema = named(
  'SignInMethods',
  'The ways to sign in.',
  z.object({
    methods: z.array(
      z.object({
        kind: z.enum(['oidc', 'mail-code']),
        start: z.string().nullable().describe('Where a page sends a POST to, with `?returnTo=/path`.'),
      }),
    ),
  }),
);
export type SignInMethods = z.infer<typeof methodsSchema>;

const codeRequestSchema = named(
  'SignInCodeRequest',
  'The address to which a code is to be mailed.',
  z.strictObject({ organisation, email: z.string().min(1).max(320) }),
);
export type SignInCodeRequest = z.infer<typeof codeRequestSchema>;

const codeSentSchema = named(
  'SignInCodeSent',
  'That a code was mailed, if the address is known.',
  z.object({ expiresInSeconds: z.int() }),
);
export type SignInCodeSent = z.infer<typeof codeSentSchema>;

const codeSchema = named(
  'SignInCode',
  'The mailed code.',
  z.strictObject({ code: z.string().min(1).max(40) }),
);
export type SignInCode = z.infer<typeof codeSchema>;

const startQuery = z.strictObject({
  returnTo: z
    .string()
    .max(4_096)
    .meta({ examples: ['/inbox'] })
    .exactOptional()
    .describe('A path of this broker to open afterwards.'),
  fresh: z
    .literal('true')
    .exactOptional()
    .describe('The person proves again who they are (`max_age=0`, checked by `auth_time`).'),
});
export type SignInStartQuery = z.infer<typeof startQuery>;

/** Signing in, with the organisation's own provider or with a mailed code. */
export const signInEndpoints = {
  discover: endpoint({
    route: 'POST /auth/discover',
    callers: { everyone: true },
    summary: 'Read how an organisation’s people sign in',
    description: 'An organisation that does not exist looks like one that signs in with mailed codes.',
    body: { schema: discoverSchema, maxBytes: MAX_SIGN_IN_BYTES },
    answer: {
      status: 200,
      description: 'The methods; an empty list if this broker has none.',
      schema: methodsSchema,
    },
  }),
  start: endpoint({
    route: 'POST /auth/oidc/{side}/start',
    callers: { everyone: true, fromPages: true },
    summary: 'Begin a sign-in with the organisation’s provider',
    description:
      'Only a page of this broker can begin one. `location` is the provider’s address, or `/sign-in?error=CODE` if it fails.',
    query: startQuery,
    answer: {
      status: 200,
      description: 'For `Accept: application/json`: the address to open next.',
      schema: nextAddressSchema,
    },
    redirect: { status: 303, description: 'For any other `Accept`: a redirect to the same address.' },
    errors: ['forbidden'],
  }),
  callback: endpoint({
    route: 'GET /auth/oidc/{side}/callback',
    callers: { everyone: true },
    summary: 'Where this side’s provider sends browsers back to',
    description:
      'Registered at the provider as the redirect URI. An answer to a sign-in that began at another side is refused (`wrong_callback`), as is one without `iss` if the provider announces `iss` (RFC 9207).',
    answer: { status: 303, description: 'To where the sign-in began, or `/sign-in?error=CODE`.' },
  }),
  sendCode: endpoint({
    route: 'POST /auth/code',
    callers: { everyone: true, fromPages: true },
    summary: 'Request a code by mail',
    description:
      'For people of customers without a provider. The answer is always the same. The code works once, only in this browser.',
    body: { schema: codeRequestSchema, maxBytes: MAX_SIGN_IN_BYTES },
    answer: {
      status: 202,
      description: 'If the address belongs to a person, a code is on its way.',
      schema: codeSentSchema,
    },
    errors: ['not_ready', 'forbidden'],
  }),
  verifyCode: endpoint({
    route: 'POST /auth/code/verify',
    callers: { everyone: true, fromPages: true },
    summary: 'Sign in with the code from the mail',
    description:
      'Such a session (`mail-code`) can change neither people nor controls. A browser that is signed in as another person signs out first.',
    body: { schema: codeSchema, maxBytes: MAX_SIGN_IN_BYTES },
    answer: { status: 200, description: 'Signed in.', schema: sessionSchema },
    errors: ['unauthenticated', 'forbidden', 'other_person'],
  }),
};

const PORT = 'A port of this computer, 1024 to 65535';
const cliMembers = {
  port: z
    .string()
    .regex(/^[1-9][0-9]{3,4}$/, PORT)
    .refine((text) => Number(text) >= 1024 && Number(text) <= 65_535, PORT)
    .meta({ type: 'integer', minimum: 1024, maximum: 65_535, examples: [52_413] })
    .describe('The port of this machine at which the command waits for its code.'),
  code_challenge: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/, 'SHA-256 of the verifier, base64url (RFC 7636 S256)')
    .describe('SHA-256 of the command’s verifier, base64url (RFC 7636).'),
  state: z
    .string()
    .regex(/^[A-Za-z0-9_-]{20,100}$/, 'At least 20 random characters, base64url')
    .describe('Random; it comes back with the code.'),
  device: z
    .string()
    .min(1)
    .max(120)
    .refine(
      (text) => !hasHiddenCharacters(text),
      'Characters that are invisible or change the direction of text',
    )
    .meta({ examples: ['erins-laptop'] })
    .describe('How the device names itself.'),
};

const consentQuery = z.strictObject({
  ...cliMembers,
  organisation: z
    .string()
    .max(100)
    .meta({ examples: ['acme'] })
    .exactOptional()
    .describe('Where to sign in first: a tenant’s slug, or `vendor`.'),
});
export type CliConsentQuery = z.infer<typeof consentQuery>;

const consentSchema = named(
  'CliConsent',
  'Whether the command line may sign in.',
  z.strictObject({ ...cliMembers, decision: z.enum(['allow', 'deny']) }),
);
export type CliConsent = z.infer<typeof consentSchema>;

const exchangeSchema = named(
  'CliExchange',
  'The code that the command line received, with its proof (RFC 7636).',
  z.strictObject({
    code: z.string().min(1).max(200),
    verifier: z.string().regex(/^[A-Za-z0-9._~-]{43,128}$/, 'A verifier of RFC 7636'),
  }),
);
export type CliExchange = z.infer<typeof exchangeSchema>;

export const cliCredentialSchema = named(
  'CliCredential',
  'The credential of the command line.',
  z.object({
    credential: z.string().describe('`css_…`, for `Authorization: Bearer`. Shown only once.'),
    session: idText('ses', 'The session that it is.'),
    person: idText('usr', 'The person it belongs to.'),
    expiresAt: instant(),
  }),
);
export type CliCredential = z.infer<typeof cliCredentialSchema>;

/** The command line's sign-in through the browser (RFC 8252). */
export const cliLoginEndpoints = {
  page: endpoint({
    route: 'GET /auth/cli',
    callers: { everyone: true, identified: true },
    summary: 'Show the page that asks whether to sign in a command line',
    description:
      'A browser that is not signed in is sent to sign in first. Reading the page changes nothing.',
    query: consentQuery,
    answer: { status: 200, description: 'The page.', type: 'text/html' },
    redirect: { status: 302, description: 'To sign in first.' },
  }),
  consent: endpoint({
    route: 'POST /auth/cli',
    callers: { people: 'cli.authorize' },
    summary: 'Allow or deny the command line',
    description:
      'The answer of the consent page. It leads back to the command’s own address on this machine.',
    body: { schema: consentSchema, form: true, maxBytes: MAX_SIGN_IN_BYTES },
    answer: { status: 303, description: 'To the waiting command line, with a single-use code.' },
  }),
  token: endpoint({
    route: 'POST /auth/cli/token',
    callers: { everyone: true },
    summary: 'Exchange the code for a credential',
    description: 'Once, by the program that holds the verifier. The credential is a session of its own.',
    body: { schema: exchangeSchema, maxBytes: MAX_SIGN_IN_BYTES },
    answer: { status: 200, description: 'The credential.', schema: cliCredentialSchema },
    errors: ['unauthenticated'],
  }),
};
