import type { InvitationInput } from '@countersign/access';
import { parseDuration, signatureSchema } from '@countersign/contract';
import { z } from 'zod';
import { component } from '../openapi/components.js';
import {
  askedScope,
  budgetShape,
  durationText,
  freeText,
  instantText,
  ticketText,
  wholeBudget,
} from '../requests/ask-body.js';

/** What a customer's approver opens the door for. Whether it can be granted at all is for the evaluator to say. */
const wanted = z.strictObject({
  service: z.string().min(1).max(256),
  scope: askedScope,
  until: instantText.describe('The whole of each grant lies before it. At most 90 days ahead.'),
  ticket: ticketText.optional().describe('Only requests that name it fit.'),
  maxDuration: durationText
    .optional()
    .describe('The longest that one grant may last; what the policies allow where absent.'),
  budget: budgetShape.optional().describe('The most that each grant may use.'),
  uses: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe('How many grants it may open; any number where absent.'),
  notBefore: instantText.optional().describe('From now on where absent.'),
});

export const invitationDraftBody = component('InvitationDraftBody', wanted);

export const invitationBody = component(
  'InvitationBody',
  wanted.extend({
    countersignature: signatureSchema
      .optional()
      .describe('The passkey’s signature over the statement that was given out for this body.'),
    openings: z
      .strictObject({ ticket: z.strictObject({ value: z.string(), salt: z.string() }).optional() })
      .optional()
      .describe('With `countersignature`: as they were given out with the statement.'),
  }),
);
export type InvitationBody = z.infer<typeof invitationBody>;

export function invitationInput(body: InvitationBody): InvitationInput {
  const { service, scope, until, maxDuration, budget, countersignature, openings } = body;
  return {
    service,
    scope,
    until,
    notBefore: body.notBefore ?? null,
    ticket: body.ticket ?? null,
    seconds: maxDuration === undefined ? null : (parseDuration(maxDuration) ?? 0),
    budget: budget === undefined ? null : wholeBudget(budget),
    uses: body.uses ?? null,
    ...(countersignature === undefined ? {} : { countersignature }),
    ...(openings?.ticket === undefined ? {} : { opening: openings.ticket }),
  };
}

export const withdrawalBody = component(
  'Withdrawal',
  z.strictObject({
    reason: freeText.optional().describe('It stands in the log, and with the grants that end by it.'),
  }),
);
