import {
  type AccessRecordView,
  CALL_DECISIONS,
  CALL_MODES,
  CALL_OUTCOMES,
  CONTEXT_MODES,
  expandEventTypes,
  requesterFactsSchema,
} from '@countersign/contract';
import { z } from 'zod';
import { named, pageOf } from './components.js';
import { endpoint } from './endpoint.js';
import { digestText, erasedAnswer, filters, idText, instant, openingAnswer, pageQuery } from './members.js';

/** One leaf of a log, as it is hashed, with its index. */
export const eventSchema = named(
  'Event',
  'One leaf of a log, with the values that the reader may see.',
  z.object({
    index: z.int().describe('The place in the log, from 0 without gaps.'),
    v: z.literal(1),
    type: z.string(),
    at: instant(),
    tenant: z.string(),
    seq: z.int(),
    actor: z.string().describe('`usr_…`, `gtw_…`, `job` or `host`.'),
    data: z.record(z.string(), z.unknown()),
    commitments: z.record(z.string(), z.string()),
  }),
);
export type Event = z.infer<typeof eventSchema>;

const eventPageSchema = pageOf('EventPage', eventSchema);

/** One call that a gateway recorded, with its outcome once it is known. */
export const accessRecordSchema = named(
  'AccessRecord',
  'One recorded call with its outcome.',
  // A new member is null if it says nothing. Those that are optional here are absent then.
  z.object({
    id: idText('rec', 'The record. The gateway’s answer named it in Countersign-Record.'),
    at: instant(),
    grant: idText('grt', 'The grant that was used.'),
    digest: digestText(),
    request: idText('req', 'The request behind it.'),
    service: z.string(),
    person: idText('usr', 'Who called.'),
    method: z.string(),
    path: z.string().nullable().describe('The upstream path with its query; null once erased.'),
    route: z.string().nullable(),
    resource: z.string().nullable(),
    action: z.string().nullable(),
    decision: z.enum(CALL_DECISIONS),
    code: z.string().nullable().describe('Why it was refused.'),
    count: z.int().describe('More than one if similar refusals were combined.'),
    mode: z.enum(CALL_MODES),
    droppedHeaders: z
      .array(z.string())
      .describe('Names of request headers that the route does not list and the upstream did not get.'),
    context: z
      .enum(CONTEXT_MODES)
      .nullable()
      .describe('How the gateway signed the call for the upstream; null for a refused call.'),
    tenantFrom: z
      .literal('service')
      .optional()
      .describe(
        'service: the call named no tenant, and the service had to say that its response was about this one. Absent: the gateway read the tenant in the call.',
      ),
    file: z
      .object({ from: idText('rec', 'The call whose answer had the link.'), host: z.string() })
      .optional()
      .describe('The call fetched a file from this storage, by a presigned link that the gateway kept.'),
    requesterFacts: requesterFactsSchema
      .optional()
      .describe('Place and employer of the requester, as the terms state them. Absent: they state nothing.'),
    masked: z
      .literal(true)
      .optional()
      .describe('The gateway masks fields of the answer. Absent: it does not.'),
    maskedFields: z
      .int()
      .optional()
      .describe(
        'How many fields were masked; 0 until the outcome is known. Present for a call that is masked.',
      ),
    withheld: z
      .string()
      .optional()
      .describe(
        'Why the answer did not reach the client, or only its beginning did: malformed, not_json, encoded, partial, link, too_many_links.',
      ),
    trust: z.string().nullable(),
    status: z.int().nullable(),
    bytes: z
      .int()
      .nullable()
      .describe('Bytes of the response body that were sent to the client, after fields were masked.'),
    bodySha256: z.string().nullable().describe('SHA-256 of the request body; null without one.'),
    sentSha256: z
      .string()
      .optional()
      .describe('SHA-256 of the bytes that were sent. Absent unless the route is a download.'),
    durationMs: z.int().nullable(),
    outcome: z.enum(CALL_OUTCOMES).nullable(),
    gateway: idText('gtw', 'Which gateway.'),
    boot: z.string(),
    seq: z.int(),
  } satisfies Record<Exclude<keyof AccessRecordView, 'tenant'> | 'masked', z.ZodType>),
);
export type AccessRecord = z.infer<typeof accessRecordSchema>;

const recordPageSchema = pageOf('AccessRecordPage', accessRecordSchema);

const { tenant, grant, service, request, person, from, to } = filters;
const eventQuery = z.strictObject({
  ...pageQuery,
  tenant,
  request,
  grant,
  person,
  from,
  to,
  type: z
    .string()
    .max(2_000)
    .refine((list) => expandEventTypes(list) !== undefined, 'Types of events, separated by commas')
    .meta({ examples: ['request,grant.ended'] })
    .exactOptional()
    .describe('Types, or first words of types, separated by commas: `request,grant.ended`.'),
});
export type EventQuery = z.infer<typeof eventQuery>;
const recordQuery = z.strictObject({
  ...pageQuery,
  tenant,
  grant,
  service,
  request,
  person,
  from,
  to,
  decision: z.enum(CALL_DECISIONS).exactOptional().describe('Only calls that were decided so.'),
});
export type RecordQuery = z.infer<typeof recordQuery>;

/** Values and salts behind the commitments of a leaf, by name; what was erased is missing. */
export const openingsSchema = named(
  'LeafOpenings',
  'The values behind the commitments of one leaf, with their salts.',
  z.object({
    index: z.int(),
    openings: z.record(z.string(), openingAnswer()),
    erased: z
      .record(z.string(), erasedAnswer())
      .describe('Values that were erased. Any other value that is missing belongs to another side.'),
  }),
);
export type LeafOpenings = z.infer<typeof openingsSchema>;

const openingsQuery = z.strictObject({
  index: z
    .string()
    .regex(/^(?:0|[1-9]\d{0,14})$/, 'The index of a leaf')
    .meta({ type: 'integer', minimum: 0, examples: [0] })
    .describe('Begin at this leaf: `next` of the page before.'),
});
export type OpeningsQuery = z.infer<typeof openingsQuery>;

const openingsPageSchema = named(
  'LeafOpeningsPage',
  'The values behind the commitments of many leaves, with their salts.',
  z.object({
    index: z.int(),
    next: z.int().describe('The first leaf that this answer does not cover.'),
    leaves: z.array(openingsSchema).describe('The leaves that have commitments.'),
  }),
);
export type LeafOpeningsPage = z.infer<typeof openingsPageSchema>;

const shownCheckpointSchema = named(
  'ShownCheckpoint',
  'The newest checkpoint of a log, with the signatures of its witnesses.',
  z.strictObject({ checkpoint: z.string().max(65_536).describe('The signed note, as the log gave it.') }),
);
export type ShownCheckpoint = z.infer<typeof shownCheckpointSchema>;

const continuedSchema = named(
  'ContinuedCheckpoint',
  'A checkpoint with the proof that it continues an earlier one (RFC 6962).',
  z.object({ size: z.int().describe('How many leaves the log has now.') }),
);

const cosignedSchema = named(
  'CosignedCheckpoints',
  'The newest checkpoint that each witness has cosigned.',
  z.object({
    checkpoints: z
      .array(z.string())
      .describe('C2SP signed notes. Several witnesses may have signed the same one.'),
  }),
);
export type CosignedCheckpoints = z.infer<typeof cosignedSchema>;

/** A log as anyone can follow it with their own tools: C2SP tlog-tiles below `/log/{slug}`. */
export const logFileEndpoints = {
  checkpoint: endpoint({
    route: 'GET /log/{slug}/checkpoint',
    callers: { people: 'log.follow' },
    summary: 'The newest signed checkpoint of a log',
    description:
      'A C2SP checkpoint: origin, size and root, signed by the log and cosigned by the witnesses that have answered. The header `Countersign-Signed-At` says when the broker signed it.',
    answer: { status: 200, description: 'A signed note.', type: 'text/plain' },
    errors: ['not_found', 'log_inconsistent'],
  }),
  showCheckpoint: endpoint({
    route: 'POST /log/{slug}/checkpoint',
    callers: { people: 'log.report' },
    summary: 'Show a log a checkpoint that it signed',
    description:
      'For a follower who sees that a log went back or forked. If the log’s own key signed the checkpoint and the log does not continue it, the log signs nothing more and its operators are notified, until `countersign restore`. A checkpoint that another key signed changes nothing.',
    body: { schema: shownCheckpointSchema },
    answer: { status: 200, description: 'The log continues it.', schema: continuedSchema },
    errors: ['not_found', 'log_inconsistent'],
  }),
  vkey: endpoint({
    route: 'GET /log/{slug}/vkey',
    callers: { people: 'log.follow' },
    summary: 'The key that verifies a log’s checkpoints',
    description: 'A C2SP verifier key. Compare it with the one in your anchor file.',
    answer: { status: 200, description: '`name+hash+key`', type: 'text/plain' },
    errors: ['not_found'],
  }),
  minimumIndex: endpoint({
    route: 'GET /log/{slug}/minimum-index',
    callers: { people: 'log.follow' },
    summary: 'The first leaf that the log still has',
    description:
      'A decimal number and a newline; 0 unless the tenant’s retention has pruned leaves (C2SP tlog-tiles, Pruning). A leaf `log.pruned` says so too.',
    answer: { status: 200, description: 'A multiple of 256.', type: 'text/plain' },
    errors: ['not_found'],
  }),
  tile: endpoint({
    route: 'GET /log/{slug}/tile/{path}',
    restOfPath: true,
    callers: { people: 'log.follow' },
    summary: 'A tile of hashes, or a bundle of leaves',
    description:
      'After C2SP tlog-tiles: `{L}/{N}`, `{L}/{N}.p/{W}`, `entries/{N}`, `entries/{N}.p/{W}`. A tile never changes.',
    answer: {
      status: 200,
      description: 'Hashes of 32 bytes, or leaves after their lengths.',
      type: 'application/octet-stream',
    },
    errors: ['not_found', 'pruned'],
  }),
  openings: endpoint({
    route: 'GET /log/{slug}/openings/{index}',
    callers: { people: 'log.follow' },
    summary: 'The values behind a leaf’s commitments',
    description: 'For those who may read the values. Each one is checked against the leaf’s commitment.',
    answer: { status: 200, description: 'What has not been erased.', schema: openingsSchema },
    errors: ['not_found', 'pruned'],
  }),
  openingsFrom: endpoint({
    route: 'GET /log/{slug}/openings',
    callers: { people: 'log.follow' },
    summary: 'The values behind the commitments of many leaves',
    description:
      'The same as `openings/{index}` for the leaves from `index` on: as many as one answer takes.',
    query: openingsQuery,
    answer: { status: 200, description: 'What has not been erased.', schema: openingsPageSchema },
    errors: ['not_found'],
  }),
  policy: endpoint({
    route: 'GET /log/{slug}/policy',
    callers: { people: 'log.follow' },
    summary: 'Who must have signed a checkpoint of a log',
    description:
      'A C2SP tlog-policy file for stock tools: the log’s key, and a majority of the witnesses in the trust document.',
    answer: { status: 200, description: 'A policy.', type: 'text/plain' },
    errors: ['not_found'],
  }),
  cosigned: endpoint({
    route: 'GET /log/{slug}/cosigned',
    callers: { people: 'log.follow' },
    summary: 'What the witnesses of a log have signed',
    description:
      'For each witness in the trust document the newest checkpoint that it cosigned in this epoch. The newest checkpoint of all may lack signatures, because witnesses sign a moment later.',
    answer: { status: 200, description: 'Signed notes.', schema: cosignedSchema },
    errors: ['not_found'],
  }),
  proof: endpoint({
    route: 'GET /log/{slug}/proof/{index}',
    callers: { people: 'log.follow' },
    summary: 'A proof that a leaf is in the log',
    description: 'A C2SP tlog-proof file that can be verified offline.',
    answer: { status: 200, description: 'A `.tlog-proof` file.', type: 'text/plain' },
    errors: ['not_found', 'pruned', 'log_inconsistent'],
  }),
};

/** A witness of a log, and what it signed last. */
export const witnessSchema = named(
  'Witness',
  'A witness of a log, and what it has signed last.',
  z.object({
    name: z.string(),
    vkey: z.string().describe('Its C2SP verifier key.'),
    url: z.string().nullable().describe('Where the broker submits checkpoints; null if it does not.'),
    size: z.int().nullable().describe('The newest checkpoint that it signed.'),
    signedAt: instant().nullable(),
    error: z
      .string()
      .nullable()
      .describe(
        'Why its last answer was no signature; `invalid_key` if the trust document has no key of a witness there.',
      ),
  }),
);
export type Witness = z.infer<typeof witnessSchema>;

const witnessListSchema = named(
  'WitnessList',
  'The witnesses of a log.',
  z.object({
    items: z.array(witnessSchema),
    missingSince: instant()
      .nullable()
      .describe(
        'Since when a majority has not signed, if that is longer than the grace period of the trust document; otherwise null.',
      ),
  }),
);
export type WitnessList = z.infer<typeof witnessListSchema>;

export const logEndpoints = {
  witnesses: endpoint({
    route: 'GET /api/v1/tenants/{slug}/witnesses',
    callers: { people: 'log.follow' },
    summary: 'List the witnesses of a tenant’s log',
    description: 'Those of the trust document in force, with what they signed last.',
    answer: { status: 200, description: 'Every witness.', schema: witnessListSchema },
    errors: ['not_found'],
  }),
  events: endpoint({
    route: 'GET /api/v1/tenants/{slug}/events',
    callers: { people: 'log.read' },
    summary: 'List the events of a tenant’s log',
    description:
      'Leaves as they are hashed, newest first: by index, or by time if `from` or `to` is given. The slug `deployment` names the log of events that belong to no tenant, and `vendor` the vendor’s own, which its auditors and security admins may read.',
    query: eventQuery,
    answer: { status: 200, description: 'A page of leaves.', schema: eventPageSchema },
    errors: ['not_found', 'invalid_cursor'],
  }),
  records: endpoint({
    route: 'GET /api/v1/tenants/{slug}/access-records',
    callers: { people: 'log.read' },
    summary: 'List the calls that gateways recorded',
    description: 'Newest first; each call with its outcome once that is known.',
    query: recordQuery,
    answer: { status: 200, description: 'A page of records.', schema: recordPageSchema },
    errors: ['not_found', 'invalid_cursor'],
  }),
};
