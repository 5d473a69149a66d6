import { REQUEST_STATES } from '@countersign/contract';
import { z } from 'zod';
import { askSchema, waitSchema } from './access-request.js';
import { named, pageOf } from './components.js';
import { endpoint } from './endpoint.js';
import { filters, freeText, idText, instant, pageQuery } from './members.js';
import { refusalSchema } from './problem.js';

const incidentSchema = named(
  'Incident',
  'The same access, requested of several tenants.',
  z.object({
    id: idText('inc', 'The incident.'),
    title: z.string(),
    person: idText('usr', 'The engineer who opened it.'),
    createdAt: instant(),
  }),
);
export type Incident = z.infer<typeof incidentSchema>;

const incidentBoardSchema = named(
  'IncidentBoard',
  'An incident with the answer of each tenant.',
  incidentSchema.extend({
    tenants: z.array(
      z.object({
        tenant: z.string(),
        request: idText('req', 'The request of this tenant; null if it was refused.').nullable(),
        state: z.enum(REQUEST_STATES).nullable(),
        waiting: waitSchema.nullable(),
        lapsesAt: instant().nullable(),
        grant: idText('grt', 'The grant that it led to.').nullable(),
        refusals: z.array(refusalSchema).describe('Why no request was made.'),
      }),
    ),
  }),
);
export type IncidentBoard = z.infer<typeof incidentBoardSchema>;

const incidentBodySchema = named(
  'IncidentBody',
  'The access to request, and of which tenants.',
  askSchema.omit({ tenant: true }).extend({
    title: freeText.describe('For the vendor’s people alone. No tenant reads it.'),
    tenants: z.array(z.string().min(1).max(256)).min(1).max(100).describe('Slugs.'),
  }),
);
export type IncidentBody = z.infer<typeof incidentBodySchema>;

const incidentListQuery = z.strictObject({
  ...pageQuery,
  ...{ person: filters.person, from: filters.from, to: filters.to },
});
export type IncidentListQuery = z.infer<typeof incidentListQuery>;

export const incidentEndpoints = {
  open: endpoint({
    route: 'POST /api/v1/incidents',
    callers: { people: 'incident.open' },
    summary: 'Request the same access of several tenants',
    description:
      'Each tenant gets a request of its own and decides for itself. A tenant whose rules refuse it is shown with its refusals, and the others get theirs. No tenant sees the incident or another tenant. What the justification says, every one of them reads. If the broker stops midway, the same call with the same `Idempotency-Key` requests access of the tenants that were not reached.',
    body: { schema: incidentBodySchema },
    idempotent: true,
    answer: { status: 201, description: 'The board.', schema: incidentBoardSchema },
    errors: [],
  }),
  list: endpoint({
    route: 'GET /api/v1/incidents',
    callers: { people: 'incident.read' },
    summary: 'List incidents',
    description: 'Newest first. An engineer sees their own.',
    query: incidentListQuery,
    answer: {
      status: 200,
      description: 'A page of incidents.',
      schema: pageOf('IncidentPage', incidentSchema),
    },
    errors: ['invalid_cursor'],
  }),
  read: endpoint({
    route: 'GET /api/v1/incidents/{id}',
    callers: { people: 'incident.read' },
    summary: 'Read who has answered',
    description: 'For each tenant the state of its request, and when it answered.',
    answer: { status: 200, description: 'The board.', schema: incidentBoardSchema },
    errors: ['not_found'],
  }),
};
