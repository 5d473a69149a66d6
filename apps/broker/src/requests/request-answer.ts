import type { Evaluation, RequestView, Review } from '@countersign/access';
import { approvalSchema, formatDuration, signatureSchema, termsSchema } from '@countersign/contract';
import { z } from 'zod';
import { component, digestText, idText, instant, pageOf } from '../openapi/components.js';

const scope = z.array(z.object({ resource: z.string(), actions: z.array(z.string()) }));

export const REQUEST_STATES = [
  'awaiting_vendor',
  'awaiting_customer',
  'countered',
  'approved',
  'denied',
  'cancelled',
  'expired',
] as const;

const CHANNEL_NAMES = ['web', 'api', 'slack'] as const;
const ASSURANCE_NAMES = ['api-key', 'mail-code', 'oidc', 'slack', 'passkey'] as const;

export const needsShape = component(
  'Needs',
  z.object({
    vendor: z.object({ required: z.int(), approved: z.int() }),
    customer: z.object({
      required: z.int(),
      approved: z.int(),
      countersignature: z.boolean(),
      channels: z.array(z.enum(['web', 'api', 'slack'])),
    }),
    risk: z.object({ level: z.enum(['low', 'medium', 'high']), reasons: z.array(z.string()) }),
  }),
);

export const reviewShape = component(
  'Review',
  z.object({
    id: idText('rev', 'The review.'),
    person: idText('usr', 'Who decided.'),
    side: z.enum(['vendor', 'customer']),
    decision: z.enum(['approve', 'deny', 'counter']),
    digest: digestText(),
    reason: z.string().nullable(),
    channel: z.enum(CHANNEL_NAMES),
    assurance: z.enum(ASSURANCE_NAMES).describe('`passkey`: countersigned; all else is the vendor’s word.'),
    at: instant(),
  }),
);

export const requestShape = component(
  'AccessRequest',
  z.object({
    id: idText('req', 'The request.'),
    tenant: z.string(),
    service: z.string(),
    requester: idText('usr', 'Who asks.'),
    scope,
    duration: z.string(),
    justification: z.string().nullable().describe('Null once it has been erased.'),
    ticket: z.string().nullable(),
    state: z.enum(REQUEST_STATES),
    digest: digestText(),
    terms: termsSchema,
    openings: z
      .record(z.string(), z.object({ value: z.string(), salt: z.string() }))
      .describe('What opens the commitments in the terms.'),
    needs: needsShape,
    asked: z
      .object({ channel: z.enum(CHANNEL_NAMES), assurance: z.enum(ASSURANCE_NAMES) })
      .nullable()
      .describe('By which door it came and how its requester was signed in; null where that was not noted.'),
    lapsesAt: instant().describe(
      'Undecided by then, it lapses: the earliest of creation + `requestTtl`, `useBy`, `startsAt` + `duration`, and, where it leans on an invitation and starts on approval, the invitation’s `until` − `duration`.',
    ),
    createdAt: instant(),
    reviews: z.array(reviewShape),
    offer: z
      .object({
        digest: digestText(),
        terms: termsSchema,
        review: idText('rev', 'The review that made it.'),
        person: idText('usr', 'Whose offer it is.'),
      })
      .nullable()
      .describe('What the customer offers instead, while the request is `countered`.'),
    grant: idText('grt', 'The grant that full approval made.').nullable(),
    invitation: idText('inv', 'The invitation that it leans on.').nullable(),
  }),
);
export type RequestAnswer = z.infer<typeof requestShape>;

export const statementShape = component(
  'StatementToSign',
  z.object({
    statement: approvalSchema.describe('Its canonical JSON’s SHA-256 is the challenge.'),
    terms: termsSchema,
    openings: z.record(z.string(), z.object({ value: z.string(), salt: z.string() })),
  }),
);

/** One request, with what its reviewer should know besides. */
export const requestDetailShape = component(
  'AccessRequestDetail',
  requestShape.extend({
    earlierDenials: z
      .array(
        z.object({
          request: idText('req', 'The request that was denied.'),
          requester: idText('usr', 'Who had asked.'),
          deniedAt: instant(),
          reason: z.string().nullable(),
        }),
      )
      .describe('For reviewers: denied requests of overlapping scope, newest first, at most 10.'),
    countersignatures: z
      .array(signatureSchema)
      .describe('With which its reviews were signed; theirs is the assurance `passkey`.'),
  }),
);

export const requestPage = pageOf('AccessRequestPage', requestShape);

export const refusalShape = component(
  'Refusal',
  z.object({ code: z.string(), detail: z.string(), pointer: z.string() }),
);

export const previewShape = component(
  'Preview',
  z.object({
    outcome: z.enum(['possible', 'refused']),
    refusals: z.array(refusalShape),
    needs: needsShape.nullable().describe('Null where tenant or service is unknown.'),
    invitation: idText('inv', 'The invitation that it would lean on.').nullable(),
  }),
);

export function reviewAnswer({
  request: _request,
  tenant: _tenant,
  offer: _offer,
  voidedAt: _voidedAt,
  countersignature: _countersignature,
  ...shown
}: Review): z.infer<typeof reviewShape> {
  return shown;
}

export function requestAnswer({ request, reviews, openings, offer, invitation }: RequestView): RequestAnswer {
  return {
    id: request.id,
    tenant: request.tenant,
    service: request.service,
    requester: request.requester,
    scope: request.terms.scope,
    duration: formatDuration(request.terms.seconds),
    justification: openings['justification']?.value ?? null,
    ticket: openings['ticket']?.value ?? null,
    state: request.state,
    digest: request.digest,
    terms: request.terms,
    openings,
    needs: request.needs,
    asked: request.asked,
    lapsesAt: request.lapsesAt,
    createdAt: request.createdAt,
    reviews: reviews.map(reviewAnswer),
    offer,
    grant: request.grant,
    invitation,
  };
}

export function previewAnswer({ refusals, needs, invitation }: Evaluation): z.infer<typeof previewShape> {
  return { outcome: refusals.length === 0 ? 'possible' : 'refused', refusals, needs, invitation };
}
