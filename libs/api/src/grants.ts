import { GRANT_END_REASONS, GRANT_STATES, SIDES } from '@countersign/contract';
import { z } from 'zod';
import { accessRequestSchema } from './access-request.js';
import { named, pageOf } from './components.js';
import { endpoint, noBodySchema } from './endpoint.js';
import {
  accessMembers,
  budgetAnswer,
  digestText,
  durationText,
  filters,
  freeText,
  idText,
  instant,
  logPoint,
  pageQuery,
  requiredReason,
  scopeAnswer,
  sealedLog,
} from './members.js';

export const grantSchema = named(
  'Grant',
  'Access that full approval has created.',
  z.object({
    id: idText('grt', 'The grant.'),
    request: idText('req', 'The request that created it.'),
    tenant: z.string(),
    sealedLog: sealedLog.exactOptional(),
    service: z.string(),
    scope: scopeAnswer(),
    unmasked: z
      .literal(true)
      .exactOptional()
      .describe('Answers show the fields that routes mask. Absent: they are masked.'),
    requester: idText('usr', 'The engineer who holds it.'),
    digest: digestText(),
    state: z.enum(GRANT_STATES),
    ...accessMembers(),
    pausedBy: z
      .array(z.object({ side: z.enum(SIDES), rule: z.string(), at: instant() }))
      .exactOptional()
      .describe('The rules of supervision that have paused it. Absent if none has.'),
    startsAt: instant().nullable().describe('Null until the first token, if the grant starts on first use.'),
    endsAt: instant().nullable(),
    budget: budgetAnswer().describe('Null: no limit but time.'),
    used: z
      .object({ calls: z.int(), bytes: z.int() })
      .describe('Allowed calls, and bytes of response bodies sent.'),
    endReason: z.enum(GRANT_END_REASONS).nullable(),
    endedAt: instant().nullable(),
    endedBy: idText('usr', 'Who ended it; null if time, a rule or the host did.').nullable(),
    countersignedBy: z
      .array(z.string())
      .describe('Whose passkeys have signed its terms. Empty: it is on the vendor’s word.'),
    gatewayUrl: z.string().describe('The address for calls to the service under this grant.'),
    browserUrl: z
      .string()
      .nullable()
      .describe(
        'Opens the service in the browser of the engineer who holds it. Null: the service has no origin of its own.',
      ),
  }),
);
export type Grant = z.infer<typeof grantSchema>;

export const grantDetailSchema = named(
  'GrantDetail',
  'A grant with its request, its use and what stops it.',
  grantSchema.extend({
    log: logPoint().describe(
      'How far the tenant’s log has grown: keep it, and a later log has to continue it.',
    ),
  }),
);
export type GrantDetail = z.infer<typeof grantDetailSchema>;

const grantPaceSchema = named(
  'GrantPace',
  'How many calls were made in each minute, beside the engineer’s own past.',
  z.object({
    callsPerMinute: z
      .int()
      .describe('Allowed calls in the last minute, as far as their records have arrived.'),
    usual: z
      .object({
        callsPerMinute: z.number().describe('Over the time in which each was open.'),
        calls: z.int(),
        bytes: z.int().describe('Bytes of response bodies sent.'),
        grants: z.int().describe('How many earlier grants these are medians of: the newest, at most 50.'),
      })
      .nullable()
      .describe('The engineer’s own earlier grants for this service of this tenant; null: there are none.'),
  }),
);
export type GrantPace = z.infer<typeof grantPaceSchema>;

const grantListQuery = z.strictObject({
  ...pageQuery,
  ...filters,
  state: z.enum(GRANT_STATES).exactOptional().describe('Only those in this state.'),
});
export type GrantListQuery = z.infer<typeof grantListQuery>;

const grantPageSchema = pageOf('GrantPage', grantSchema);

const revocationSchema = named(
  'RevocationBody',
  'Why a grant is stopped.',
  z.strictObject({
    reason: requiredReason.describe('Why access is stopped. The tenant’s log shows it.'),
  }),
);
export type RevocationBody = z.infer<typeof revocationSchema>;

const extensionSchema = named(
  'ExtensionBody',
  'How much more time is requested, and why.',
  z.strictObject({
    duration: durationText.describe('How much longer, from the end of the grant on.'),
    justification: freeText
      .exactOptional()
      .describe('A sentence that the customer will read. A blank one is refused.'),
  }),
);
export type ExtensionBody = z.infer<typeof extensionSchema>;

export const grantTokenSchema = named(
  'GrantToken',
  'A short-lived token (RFC 9068) for one grant.',
  z.object({
    access_token: z.string().describe('A JWT (RFC 9068). It is secret and shown only once.'),
    token_type: z.literal('Bearer'),
    expires_in: z.int().describe('Seconds.'),
  }),
);
export type GrantToken = z.infer<typeof grantTokenSchema>;

const browserSessionBodySchema = named(
  'BrowserSessionBody',
  'The service’s address to open, and the challenge of the browser that asked (RFC 7636).',
  z.strictObject({
    challenge: z
      .string()
      .regex(/^[A-Za-z0-9_-]{43}$/, 'must be a SHA-256 as base64url')
      .describe('RFC 7636, S256: the gateway made it, and the browser holds its verifier in a cookie.'),
    to: z
      .string()
      .max(2_000)
      .regex(/^\/(?![/\\])[\x21-\x7e]*$/, 'must be a path that begins with one slash')
      .exactOptional()
      .describe(
        'Where to go at the service afterwards. Default: `/` if the service has that page, else the first page that the grant covers.',
      ),
  }),
);
export type BrowserSessionBody = z.infer<typeof browserSessionBodySchema>;

const browserSessionStartSchema = named(
  'BrowserSessionStart',
  'Where the browser goes next: the service’s own host, with a one-time code.',
  z.object({
    location: z
      .string()
      .describe('Where the browser goes next. It has a code in it that is good once and for a minute.'),
  }),
);
export type BrowserSessionStart = z.infer<typeof browserSessionStartSchema>;

export const grantEndpoints = {
  list: endpoint({
    route: 'GET /api/v1/grants',
    callers: { people: 'grant.read' },
    summary: 'List grants',
    description:
      'Newest first. Engineers see their own, a customer’s people those of their tenant, reviewers all.',
    query: grantListQuery,
    answer: { status: 200, description: 'A page of grants.', schema: grantPageSchema },
    errors: ['invalid_cursor'],
  }),
  read: endpoint({
    route: 'GET /api/v1/grants/{id}',
    callers: { people: 'grant.read' },
    summary: 'Read a grant',
    description: 'For the engineer, the vendor’s admins and auditors, and the people of the tenant.',
    answer: { status: 200, description: 'The grant.', schema: grantDetailSchema },
    errors: ['not_found'],
  }),
  /** Accepts no `Idempotency-Key`: the answer is a secret and is stored nowhere. */
  token: endpoint({
    route: 'POST /api/v1/grants/{id}/tokens',
    callers: { people: 'grant.token' },
    summary: 'Mint a token',
    description:
      'For the engineer who holds the grant, while it is active. Lives minutes; renew it as needed.',
    body: { schema: noBodySchema, optional: true },
    answer: { status: 200, description: 'A token.', schema: grantTokenSchema },
    errors: ['not_found', 'grant_not_active'],
  }),
  /** Accepts no `Idempotency-Key`: the answer is a secret and is stored nowhere. */
  openBrowser: endpoint({
    route: 'POST /api/v1/grants/{id}/browser-sessions',
    callers: { people: 'grant.token' },
    summary: 'Open the service in the browser',
    description:
      'For the engineer who holds the grant. The service needs an `origin` in the organisation file. The session ends with the grant.',
    body: { schema: browserSessionBodySchema },
    answer: { status: 200, description: 'Where the browser goes next.', schema: browserSessionStartSchema },
    errors: ['not_found', 'grant_not_active', 'conflict'],
  }),
  extend: endpoint({
    route: 'POST /api/v1/grants/{id}/extension',
    callers: { people: 'grant.extend' },
    summary: 'Request more time',
    description:
      'A new request with its own approval, for the same scope, that begins when this grant ends; its terms name this digest in `extends`. Revoking this grant also ends the extension.',
    body: { schema: extensionSchema },
    idempotent: true,
    answer: {
      status: 201,
      description: 'The new request, waiting for review or already approved.',
      schema: accessRequestSchema,
    },
    errors: ['not_found', 'grant_not_active', 'request_refused', 'conflict'],
  }),
  revoke: endpoint({
    route: 'POST /api/v1/grants/{id}/revocation',
    callers: { people: 'grant.revoke' },
    summary: 'Stop access',
    description:
      'The customer, or the vendor’s security admin, ends the grant. Every connected gateway refuses its calls within a second.',
    body: { schema: revocationSchema },
    idempotent: true,
    answer: { status: 200, description: 'The grant, ended.', schema: grantDetailSchema },
    errors: ['not_found', 'grant_not_active', 'conflict'],
  }),
  pace: endpoint({
    route: 'GET /api/v1/grants/{id}/pace',
    callers: { people: 'grant.read' },
    summary: 'How fast an engineer calls, beside their own past',
    description: 'Numbers alone: it shows no data and no path.',
    answer: { status: 200, description: 'The pace now, and what is usual.', schema: grantPaceSchema },
    errors: ['not_found'],
  }),
  resume: endpoint({
    route: 'POST /api/v1/grants/{id}/resumption',
    callers: { people: 'grant.resume' },
    summary: 'Let a paused grant go on',
    description:
      'Lifts the pauses that rules of the caller’s side have set: a customer’s approver or admin for its own rules, the vendor’s security admin for the vendor’s. The rules count this engineer’s calls from then on.',
    body: { schema: noBodySchema, optional: true },
    idempotent: true,
    answer: {
      status: 200,
      description: 'The grant. Its `access` is `open` unless something else stops it.',
      schema: grantDetailSchema,
    },
    errors: ['not_found', 'grant_not_active', 'conflict'],
  }),
  release: endpoint({
    route: 'POST /api/v1/grants/{id}/release',
    callers: { people: 'grant.release' },
    summary: 'Give access back',
    description: 'For the engineer. The access ends at once, everywhere.',
    body: { schema: noBodySchema, optional: true },
    idempotent: true,
    answer: { status: 200, description: 'The grant, ended.', schema: grantDetailSchema },
    errors: ['not_found', 'grant_not_active', 'conflict'],
  }),
};
