import type { ReviewInput } from '@countersign/access';
import { z } from 'zod';
import { component } from '../openapi/components.js';
import { freeText } from './ask-body.js';

/** One decision on the digest that its author was shown. A counter-offer is for a later version. */
export const reviewBody = component(
  'Decision',
  z.strictObject({
    decision: z
      .enum(['approve', 'deny', 'counter'])
      .refine((decision) => decision !== 'counter', 'Counter-offers are not supported yet')
      .describe('`counter` is not supported yet.'),
    digest: z
      .string()
      .min(1)
      .max(128)
      .describe('The digest that was shown; another is refused as `digest_mismatch`.'),
    reason: freeText.optional().describe('Needed to deny; the requester reads it.'),
  }),
);
export type ReviewBody = z.infer<typeof reviewBody>;

export function reviewInput(body: ReviewBody): ReviewInput {
  return {
    decision: body.decision === 'approve' ? 'approve' : 'deny',
    digest: body.digest,
    reason: body.reason ?? null,
  };
}
