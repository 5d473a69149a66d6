import { endpoint, named } from '@countersign/api';
import { signatureSchema } from '@countersign/contract';
import { parseSeenPlace } from '@countersign/gateway-protocol';
import { z } from 'zod';

/**
 * What enrolled gateways call; docs/feed.md has the shapes. The bodies are described loosely here, because
 * libs/gateway-protocol, which broker and gateways share, validates them strictly.
 */

const NONCE = /^[A-Za-z0-9_-]{43}$/;
const feedQuery = z.strictObject({
  nonce: z
    .string()
    .refine(
      (text) => NONCE.test(text) && Buffer.from(text, 'base64url').toString('base64url') === text,
      '32 random bytes as base64url',
    )
    .meta({ examples: ['11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'] })
    .describe('32 fresh random bytes, base64url without padding.'),
  seen: z
    .string()
    .refine((text) => parseSeenPlace(text) !== undefined, 'EPOCH.SEQ or EPOCH.SEQ.MARK')
    .meta({ examples: ['1.4712'] })
    .exactOptional()
    .describe('The highest place that the gateway has on its disk.'),
});
export type FeedQuery = z.infer<typeof feedQuery>;

const identitySchema = named(
  'GatewayIdentity',
  'The gateway’s own Ed25519 key, which signs its records.',
  z.looseObject({ publicKey: z.unknown().describe('Ed25519, raw, base64url.') }),
);

/** A gateway closes a batch at about 1 MiB; see docs/feed.md. */
const MAX_RECORDS_BYTES = 2 * 1024 * 1024;

const recordsSchema = named(
  'GatewayRecords',
  'A batch of signed records of one boot, in order.',
  z.looseObject({
    boot: z.unknown().describe('The UUID that the gateway chose when it started.'),
    entries: z.unknown().describe('At most 1,000 of `{record, openings}`; see docs/feed.md.'),
    signature: z
      .unknown()
      .optional()
      .describe(
        'The gateway’s own key over the hashes of these records. Without it: `forbidden`. A gateway that is older than its broker sends none, and keeps its records.',
      ),
    seen: z.unknown().optional().describe('The highest place of the feed that the gateway has reached.'),
    complete: z
      .unknown()
      .optional()
      .describe('`true`: a broker has confirmed every record that the gateway wrote before these.'),
    follows: z
      .unknown()
      .optional()
      .describe(
        '`true`: the batch before these has no answer yet. If the broker has not got it: `not_ready`.',
      ),
  }),
);
const recordsAnswerSchema = named(
  'GatewayRecordsAnswer',
  'How far the broker has stored the records, for each tenant.',
  z.object({
    accepted: z.record(z.string(), z.int()).describe('The last number that the broker has, by tenant.'),
  }),
);

const relayedStopBodySchema = named(
  'RelayedStopBody',
  'A stop that a customer signed and handed to a gateway.',
  z.strictObject({ countersignature: signatureSchema }),
);
export type RelayedStopBody = z.infer<typeof relayedStopBodySchema>;

const leaseRequestSchema = named(
  'LeaseRequest',
  'A share of a grant’s budget, asked for by a gateway.',
  z.looseObject({
    grant: z.unknown().describe('The grant, `grt_…`.'),
    boot: z.unknown().describe('The UUID that the gateway chose when it started.'),
    turn: z.unknown().describe('Counts the requests of this boot for this grant.'),
    used: z.unknown().describe('`{calls, bytes}` used by this boot so far.'),
    wish: z.unknown().describe('`{calls, bytes}`: the totals that it wants to be allowed.'),
  }),
);
const total = z.int().nullable();
const leaseSchema = named(
  'Lease',
  'The share of the budget that the gateway may spend, and until when.',
  z.object({
    held: z.object({ calls: total, bytes: total }).describe('Totals of this boot; null: no such limit.'),
    elsewhere: z.boolean().describe('Whether other boots hold a part that they may give back.'),
  }),
);
const leaseClosingSchema = named(
  'LeaseClosing',
  'What a gateway has spent of a share that it gives back.',
  z.looseObject({
    boots: z.unknown().describe('Boots that have ended and whose records have all been delivered.'),
  }),
);

const pinsSchema = named(
  'GatewayPins',
  'What a gateway has pinned for each tenant, dated and signed by it.',
  z.looseObject({
    at: z.unknown().optional().describe('When the gateway made this report; see docs/feed.md.'),
    pins: z.unknown().describe('All pins of this gateway; see docs/feed.md.'),
  }),
);

const headsRequestSchema = named(
  'HeadsRequest',
  'The run of the gateway that asks which heads it should sign.',
  z.looseObject({ boot: z.unknown().describe('The UUID that the gateway chose when it started.') }),
);
const headsAnswerSchema = named(
  'HeadsAnswer',
  'The tenants for which the gateway should sign its chain’s head, also if nothing was recorded.',
  z.object({ wanted: z.array(z.object({ tenant: z.string(), after: z.string() })) }),
);

const browserCodeSchema = named(
  'BrowserCodeExchange',
  'The one-time code that a browser brought to a gateway, with its proof (RFC 7636).',
  z.looseObject({
    code: z.unknown().describe('As the broker gave it to the browser.'),
    verifier: z
      .unknown()
      .describe('32 random bytes, base64url. The code’s challenge is the SHA-256 of this text (RFC 7636).'),
    service: z.unknown().describe('The service at whose host the browser is.'),
  }),
);
const openedBrowserSchema = named(
  'OpenedBrowserSession',
  'A browser session for one grant at one service.',
  z.object({
    session: z.string().describe('The secret for the browser’s cookie. It ends with the grant.'),
    grant: z.string(),
  }),
);
const browserTokenRequestSchema = named(
  'BrowserTokenRequest',
  'A browser session for which a gateway needs a token.',
  z.looseObject({ session: z.unknown(), service: z.unknown() }),
);
const browserTokenSchema = named(
  'BrowserToken',
  'A token for the grant of a browser session. It stays at the gateway.',
  z.object({ token: z.string().describe('A grant token.'), expiresIn: z.int().describe('Seconds.') }),
);

export const gatewayApiEndpoints = {
  feed: endpoint({
    route: 'GET /gateway/v1/feed',
    callers: { gateways: true },
    summary: 'Follow the feed',
    description:
      'Signed server-sent events: a snapshot or a resume, then changes and a heartbeat each second.',
    query: feedQuery,
    answer: { status: 200, description: 'The feed.', type: 'text/event-stream' },
    errors: ['feed_parted'],
  }),
  records: endpoint({
    route: 'POST /gateway/v1/records',
    callers: { gateways: true },
    summary: 'Deliver access records',
    description:
      'The broker takes each exactly once. A gateway repeats a batch until it is accepted. A batch that the gateway’s registered key has not signed is `forbidden`. A record that the store contradicts becomes an event, and no call. `feed_parted`: the database was restored from a backup, and lacks what this gateway has received or shipped.',
    body: { schema: recordsSchema, maxBytes: MAX_RECORDS_BYTES },
    answer: {
      status: 200,
      description: 'The last record that the broker has of each chain in this batch.',
      schema: recordsAnswerSchema,
    },
    errors: ['feed_parted'],
  }),
  heads: endpoint({
    route: 'POST /gateway/v1/heads',
    callers: { gateways: true },
    summary: 'Read in whose logs a signed head is wanted',
    description:
      'The gateway signs its chain there once more, also if it is empty. Signed by the gateway’s identity in `Countersign-Gateway-Signature` (docs/feed.md).',
    body: { schema: headsRequestSchema },
    answer: { status: 200, description: 'Tenants, and after which instant.', schema: headsAnswerSchema },
  }),
  openBrowser: endpoint({
    route: 'POST /gateway/v1/browser-sessions',
    callers: { gateways: true },
    summary: 'Exchange the code of a browser for a session',
    description:
      'A code is good once, for a minute, for the browser that has its verifier and for its service. Signed by the gateway’s identity in `Countersign-Gateway-Signature` (docs/feed.md).',
    body: { schema: browserCodeSchema },
    answer: { status: 200, description: 'The session.', schema: openedBrowserSchema },
    errors: ['not_found', 'grant_not_active'],
  }),
  browserToken: endpoint({
    route: 'POST /gateway/v1/browser-sessions/token',
    callers: { gateways: true },
    summary: 'Mint a token for a browser’s session',
    description:
      'The rules are those for a token that the engineer requests. Signed by the gateway’s identity in `Countersign-Gateway-Signature` (docs/feed.md).',
    body: { schema: browserTokenRequestSchema },
    answer: { status: 200, description: 'A token.', schema: browserTokenSchema },
    errors: ['not_found', 'grant_not_active'],
  }),
  releaseBrowser: endpoint({
    route: 'POST /gateway/v1/browser-sessions/release',
    callers: { gateways: true },
    summary: 'Release the grant of a browser’s session',
    description:
      'As its engineer, in whose page the release was chosen. All sessions of the grant end. Signed by the gateway’s identity in `Countersign-Gateway-Signature` (docs/feed.md).',
    body: { schema: browserTokenRequestSchema },
    answer: { status: 204, description: 'Released.' },
    errors: ['not_found', 'grant_not_active'],
  }),
  identity: endpoint({
    route: 'POST /gateway/v1/identity',
    callers: { gateways: true },
    summary: 'Register the gateway’s own key, once',
    description: 'The broker refuses another key afterwards: a new key needs a new enrolment.',
    body: { schema: identitySchema },
    answer: { status: 204, description: 'Registered, now or before.' },
    errors: ['already_registered'],
  }),
  stop: endpoint({
    route: 'POST /gateway/v1/stops',
    callers: { gateways: true },
    summary: 'Relay a stop or lift that a customer gave to this gateway',
    description:
      'Only its signature counts, however late it arrives. A known one changes nothing. One that this broker cannot validate still reaches the other gateways through the feed.',
    body: { schema: relayedStopBodySchema },
    answer: { status: 204, description: 'Stored, known, or relayed.' },
    errors: ['not_found', 'conflict'],
  }),
  lease: endpoint({
    route: 'POST /gateway/v1/leases',
    callers: { gateways: true },
    summary: 'Take or give back a part of a grant’s budget',
    description: 'Signed by the gateway’s identity in `Countersign-Gateway-Signature` (docs/feed.md).',
    body: { schema: leaseRequestSchema },
    answer: { status: 200, description: 'What this boot holds now.', schema: leaseSchema },
    errors: ['not_found', 'grant_not_active', 'conflict'],
  }),
  closeLeases: endpoint({
    route: 'POST /gateway/v1/leases/closed',
    callers: { gateways: true },
    summary: 'Report that earlier boots of this gateway have ended',
    description:
      'What their leases held beyond what their records prove becomes free again. Signed by the gateway’s identity in `Countersign-Gateway-Signature` (docs/feed.md).',
    body: { schema: leaseClosingSchema },
    answer: { status: 204, description: 'Closed, now or before.' },
  }),
  pins: endpoint({
    route: 'POST /gateway/v1/pins',
    callers: { gateways: true },
    summary: 'Report whose trust this gateway has pinned',
    description:
      'All of it, whenever it changes. The tenant is notified of new and changed pins. Signed by the gateway’s identity in `Countersign-Gateway-Signature` (docs/feed.md). A report that is not newer than the stored one: `conflict`.',
    body: { schema: pinsSchema },
    answer: { status: 204, description: 'Stored.' },
    errors: ['conflict'],
  }),
};
