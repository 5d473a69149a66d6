import { API_KEY_DAYS, API_KEY_STATES, parseDuration } from '@countersign/contract';
import { z } from 'zod';
import { named, pageOf } from './components.js';
import { endpoint } from './endpoint.js';
import { durationText, idText, instant } from './members.js';

const apiKeyBodySchema = named(
  'ApiKeyBody',
  'How long a new key is valid.',
  z.strictObject({
    ttl: durationText
      .refine((text) => {
        const seconds = parseDuration(text) ?? 0;
        return seconds > 0 && seconds <= API_KEY_DAYS.longest * 86_400;
      }, `At most P${API_KEY_DAYS.longest}D`)
      .describe(`How long it lives, ISO 8601; P${API_KEY_DAYS.standard}D unless given.`)
      .exactOptional(),
  }),
);
export type ApiKeyBody = z.infer<typeof apiKeyBodySchema>;

const keyMembers = { id: idText('key', 'The key.'), expiresAt: instant() };

const issuedApiKeySchema = named(
  'IssuedApiKey',
  'A new key with its secret, which is shown once.',
  z.object({ ...keyMembers, key: z.string().describe('`csk_…`; shown only once.') }),
);
export type IssuedApiKey = z.infer<typeof issuedApiKeySchema>;

const apiKeySchema = named(
  'ApiKey',
  'A key without its secret.',
  z.object({
    ...keyMembers,
    createdAt: instant(),
    revokedAt: instant().nullable(),
    state: z
      .enum(API_KEY_STATES)
      .describe('`asleep`: its owner has to sign in at their provider before it works again.'),
    signInBy: instant()
      .nullable()
      .describe('When it falls asleep unless its owner signs in; null if their side has no provider.'),
  }),
);
export type ApiKey = z.infer<typeof apiKeySchema>;

const apiKeyPageSchema = pageOf('ApiKeyPage', apiKeySchema);

/** API keys for a person's own programs. */
export const apiKeyEndpoints = {
  create: endpoint({
    route: 'POST /api/v1/keys',
    callers: { people: 'key.create' },
    summary: 'Create an API key for oneself',
    description:
      'Only in the person’s own browser session, after a sign-in in the last ten minutes. Nobody else can create a key for a person of a claimed tenant. The person and their side’s admins are notified.',
    body: { schema: apiKeyBodySchema, optional: true },
    answer: { status: 201, description: 'The key.', schema: issuedApiKeySchema },
    errors: ['fresh_sign_in_required'],
  }),
  list: endpoint({
    route: 'GET /api/v1/keys',
    callers: { people: 'self.read' },
    summary: 'List one’s own API keys',
    description: 'The newest first, without their secrets.',
    answer: {
      status: 200,
      description: 'All of them, newest first; `next` is null.',
      schema: apiKeyPageSchema,
    },
  }),
  revoke: endpoint({
    route: 'DELETE /api/v1/keys/{id}',
    callers: { people: 'key.revoke' },
    summary: 'Revoke one of one’s own API keys',
    description: 'It is refused from now on. A revoked key stays in the list.',
    answer: { status: 204, description: 'It is revoked.' },
    errors: ['not_found'],
  }),
};

const jwksSchema = named(
  'Jwks',
  'The public keys that verify grant tokens (RFC 7517).',
  z.object({ keys: z.array(z.record(z.string(), z.unknown())).describe('RFC 7517.') }),
);

/** RFC 6749 §3.2 has servers ignore parameters that they do not know. A text that is no token is an inactive token. */
const tokenFormSchema = named(
  'TokenForm',
  'A token, as RFC 7662 and RFC 7009 send it.',
  z.object({
    token: z.string().min(1).describe('A grant token.'),
    token_type_hint: z.string().exactOptional(),
  }),
);
export type TokenForm = z.infer<typeof tokenFormSchema>;

const introspectionSchema = named(
  'Introspection',
  'Whether a token is active, and what it says (RFC 7662).',
  z.object({
    active: z.boolean(),
    client_id: z.string().exactOptional(),
    token_type: z.literal('Bearer').exactOptional(),
    iss: z.string().exactOptional(),
    aud: z.string().exactOptional(),
    sub: z.string().exactOptional(),
    jti: z.string().exactOptional(),
    iat: z.int().exactOptional(),
    nbf: z.int().exactOptional(),
    exp: z.int().exactOptional(),
    grant_id: z.string().exactOptional(),
    grant_nbf: z.int().exactOptional(),
    grant_exp: z.int().exactOptional(),
    tenant: z.string().exactOptional(),
    digest: z.string().exactOptional(),
    authorization_details: z.array(z.record(z.string(), z.unknown())).exactOptional(),
  }),
);
export type Introspection = z.infer<typeof introspectionSchema>;

/** Grant tokens for third parties: the keys that verify them, RFC 7662 and RFC 7009. */
export const tokenEndpoints = {
  jwks: endpoint({
    route: 'GET /.well-known/jwks.json',
    callers: { everyone: true },
    summary: 'Read the keys that verify grant tokens',
    description: 'For third parties that verify tokens. Enrolled gateways trust only the feed.',
    answer: { status: 200, description: 'A JWK set.', schema: jwksSchema, type: 'application/jwk-set+json' },
  }),
  introspect: endpoint({
    route: 'POST /oauth/introspect',
    callers: { gateways: true, people: 'token.introspect' },
    summary: 'Read whether a token is active (RFC 7662)',
    description:
      'For enrolled gateways, and for the engineer and the customer of the token’s grant. Everyone else gets only `active: false`.',
    body: { schema: tokenFormSchema, form: true },
    answer: { status: 200, description: 'The current state of the token.', schema: introspectionSchema },
  }),
  revoke: endpoint({
    route: 'POST /oauth/revoke',
    callers: { people: 'grant.release' },
    summary: 'Give access back by its token (RFC 7009)',
    description:
      'Releases the token’s whole grant, since a single token could be minted again. An inactive token is no error.',
    body: { schema: tokenFormSchema, form: true },
    answer: { status: 200, description: 'The token no longer opens anything.' },
    errors: ['not_found', 'conflict'],
  }),
};
