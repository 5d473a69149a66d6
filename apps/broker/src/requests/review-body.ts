import type { ReviewInput } from '@countersign/access';
import { signatureSchema, termsSchema } from '@countersign/contract';
import { z } from 'zod';
import { component } from '../openapi/components.js';
import { freeText } from './ask-body.js';

/** One decision on the digest that its author was shown. */
export const reviewBody = component(
  'Decision',
  z
    .strictObject({
      decision: z
        .enum(['approve', 'deny', 'counter'])
        .describe(
          '`counter`: the customer would allow the narrower `terms`; the requester accepts or withdraws.',
        ),
      digest: z
        .string()
        .min(1)
        .max(128)
        .describe('The digest that was shown; another is refused as `digest_mismatch`.'),
      reason: freeText.optional().describe('Needed to deny; the requester reads it.'),
      terms: termsSchema
        .optional()
        .describe('With `counter`: the whole new terms, whose `parent` is `digest`.'),
      countersignature: signatureSchema
        .optional()
        .describe(
          'The passkey’s signature over the statement of this decision; needed where `needs` says so.',
        ),
    })
    .refine(({ decision, terms }) => (decision === 'counter') === (terms !== undefined), {
      path: ['terms'],
      message: 'Terms go with a counter-offer, and only with one',
    }),
);
export type ReviewBody = z.infer<typeof reviewBody>;

export function reviewInput(body: ReviewBody): ReviewInput {
  return {
    decision: body.decision,
    digest: body.digest,
    reason: body.reason ?? null,
    ...(body.terms === undefined ? {} : { terms: body.terms }),
    ...(body.countersignature === undefined ? {} : { countersignature: body.countersignature }),
  };
}

export const acceptanceBody = component(
  'Acceptance',
  z.strictObject({
    digest: z
      .string()
      .min(1)
      .max(128)
      .describe('The digest of the offered terms; another is `digest_mismatch`.'),
  }),
);

export const statementQuery = z.strictObject({
  decision: z.enum(['approve', 'deny']).optional().describe('`approve` where it is absent.'),
});

export const counterStatementBody = component(
  'CounterStatementBody',
  z.strictObject({ terms: termsSchema.describe('The whole new terms of the counter-offer.') }),
);
