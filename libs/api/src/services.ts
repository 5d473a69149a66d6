import { corsSchema, persistedOperationSchema, TENANT_FROM } from '@countersign/contract';
import { z } from 'zod';
import { named, pageOf } from './components.js';
import { endpoint } from './endpoint.js';
import { digestText } from './members.js';

export const serviceSchema = named(
  'Service',
  'A data service with its route map.',
  z.object({
    name: z.string(),
    upstream: z.string(),
    audience: z.string(),
    tenantFrom: z.enum(TENANT_FROM),
    tenantHeader: z.string().nullable(),
    checksTenant: z
      .exactOptional(z.literal(true))
      .describe('With tenantFrom service: the service checks the tenant of a call before it acts.'),
    paths: z
      .exactOptional(z.literal('exact'))
      .describe(
        'The service reads each spelling of a path as another path. Absent: it may ignore letter case, a final slash or a format suffix, so gateways refuse a value that it could read as another listed path.',
      ),
    headers: z
      .array(z.string())
      .default([])
      .describe('Request headers that pass on every route, beside those that gateways pass by default.'),
    fileHosts: z
      .exactOptional(z.array(z.string()))
      .describe('Origins of the storages to which presigned links of the service lead.'),
    cors: corsSchema
      .nullable()
      .default(null)
      .describe('The origins whose pages may call the service from a browser; null: gateways allow none.'),
    routesHash: digestText().describe('The hash that terms name in `routes`.'),
    routes: z.array(
      z.object({
        method: z.string(),
        path: z
          .string()
          .describe(
            'Whole segments, each literal, `{parameter}` or `{parameter:pattern}`. A parameter with a pattern takes only the values that match it.',
          ),
        resource: z.string(),
        action: z.string(),
        query: z.union([z.literal('any'), z.array(z.string())]),
        repeat: z
          .array(z.string())
          .default([])
          .describe('Those of the query parameters that a call may give more than once.'),
        shared: z
          .exactOptional(z.literal(true))
          .describe(
            'The response is the same for every tenant, as the vendor says: open with every grant of the service.',
          ),
        body: z.exactOptional(z.literal(true)).describe('A GET of this route may have a body.'),
        download: z
          .exactOptional(z.literal(true))
          .describe('Answers are files: gateways record the SHA-256 of what they send.'),
        mask: z
          .exactOptional(z.array(z.string()))
          .describe(
            'Fields of the JSON answer, as pointers, that are masked unless the grant says `unmasked`.',
          ),
        maskPasses: z
          .exactOptional(z.array(z.string()))
          .describe(
            'Media types that pass on a route with `mask`. Other answers that are not JSON are withheld.',
          ),
        presigned: z
          .exactOptional(z.array(z.string()))
          .describe('Fields of the JSON answer, as pointers, whose links to files gateways keep.'),
        graphql: z
          .exactOptional(persistedOperationSchema)
          .describe('Calls of this route are this one persisted operation of GraphQL.'),
        headers: z
          .array(z.string())
          .default([])
          .describe('Request headers that pass on this route, beside those of the service.'),
      }),
    ),
  }),
);
export type Service = z.infer<typeof serviceSchema>;

const servicePageSchema = pageOf('ServicePage', serviceSchema);

export const serviceEndpoints = {
  list: endpoint({
    route: 'GET /api/v1/services',
    callers: { people: 'service.read' },
    summary: 'List data services',
    description: 'Those to which the caller’s side can request access, in order of name.',
    answer: { status: 200, description: 'All of them, by name; `next` is null.', schema: servicePageSchema },
  }),
  read: endpoint({
    route: 'GET /api/v1/services/{name}',
    callers: { people: 'service.read' },
    summary: 'Read a data service with its route map',
    description: 'Routes, resources and actions. What approvers sign contains the hash of the map.',
    answer: { status: 200, description: 'The service.', schema: serviceSchema },
    errors: ['not_found'],
  }),
};
