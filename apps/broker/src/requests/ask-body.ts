import type { AccessRequestInput } from '@countersign/access';
import { type Budget, isDigest, isInstant, isWellFormed, parseDuration } from '@countersign/contract';
import { z } from 'zod';
import { component } from '../openapi/components.js';

const MAX_TEXT = 4_000;

/** Free text that can be committed to: no lone surrogate, no NUL. */
export const freeText = z
  .string()
  .max(MAX_TEXT, `At most ${MAX_TEXT} characters`)
  .refine((text) => isWellFormed(text) && !text.includes('\0'), 'Well-formed Unicode without NUL');

export const durationText = z
  .string()
  .max(64)
  .refine((text) => parseDuration(text) !== undefined, 'An ISO 8601 duration such as PT1H');

const WHOLE_SECONDS = 'An instant of whole seconds in UTC such as 2026-11-24T15:00:00Z';

export const instantText = z.string().refine(isInstant, WHOLE_SECONDS);

export const askedScope = z
  .array(
    z.strictObject({
      resource: z.string().min(1).max(1_024).describe('A path; `*` is one segment, a final `**` any.'),
      actions: z.array(z.string().min(1).max(64)).min(1),
    }),
  )
  .min(1)
  .describe('At most 20 entries; more are refused as `terms_too_large`.');

export const ticketText = freeText.min(1).max(256, 'At most 256 characters');

export const budgetShape = z
  .strictObject({ calls: z.int().min(1).optional(), bytes: z.int().min(1).optional() })
  .refine(({ calls, bytes }) => calls !== undefined || bytes !== undefined, 'Calls, bytes, or both');

/**
 * What an engineer asks for (CONTRACT §5). Whether tenant, service and scope exist, and whether the reason
 * suffices, is for the evaluator to say, with every other refusal at once.
 */
export const askBody = component(
  'Ask',
  z.strictObject({
    tenant: z.string().min(1).max(256).describe('The tenant’s slug.'),
    service: z.string().min(1).max(256),
    scope: askedScope,
    duration: durationText.describe('ISO 8601: days, hours, minutes, whole seconds.'),
    justification: freeText
      .optional()
      .describe('A sentence that the customer will read. Refused where it is blank.'),
    ticket: ticketText.optional(),
    startsAt: instantText.optional().describe('Not before this instant, at most 7 days ahead.'),
    startsOn: z
      .enum(['approval', 'first-use'])
      .optional()
      .describe('`first-use`: the first token starts the grant; needs `useBy`, excludes `startsAt`.'),
    useBy: instantText
      .optional()
      .describe('Undecided, or not yet begun, by then: it is over. At most 7 days ahead.'),
    budget: budgetShape.optional().describe('How much may be used: calls, bytes of response bodies.'),
    change: z
      .strictObject({
        method: z.string().regex(/^[A-Z]{1,20}(?:-[A-Z]{1,20})?$/, 'An HTTP method in capitals'),
        path: z
          .string()
          .max(4_096)
          .regex(/^\/[\x21\x22\x24-\x7e]*$/, 'An upstream path with query'),
        bodySha256: z.string().refine(isDigest, 'sha256: and 64 hexadecimal digits'),
      })
      .optional()
      .describe('The one call that is asked for, its body included.'),
    basis: z
      .enum(['approval', 'invitation'], 'This value is not supported yet')
      .optional()
      .describe(
        'On which ground. `invitation`: refused with every reason where none fits; absent: an invitation where one fits, else approval.',
      ),
  }),
);
export type AskBody = z.infer<typeof askBody>;

export function askInput(body: AskBody): AccessRequestInput {
  return {
    tenant: body.tenant,
    service: body.service,
    scope: body.scope,
    seconds: parseDuration(body.duration) ?? 0,
    justification: body.justification ?? '',
    ticket: body.ticket ?? null,
    ...(body.startsAt === undefined ? {} : { startsAt: body.startsAt }),
    ...(body.startsOn === undefined ? {} : { startsOn: body.startsOn }),
    ...(body.useBy === undefined ? {} : { useBy: body.useBy }),
    ...(body.budget === undefined ? {} : { budget: wholeBudget(body.budget) }),
    ...(body.change === undefined ? {} : { change: body.change }),
    ...(body.basis === undefined ? {} : { basis: body.basis }),
  };
}

/** Absent members stay absent: they are hashed with the terms. */
export const wholeBudget = ({
  calls,
  bytes,
}: {
  calls?: number | undefined;
  bytes?: number | undefined;
}): Budget => ({
  ...(calls === undefined ? {} : { calls }),
  ...(bytes === undefined ? {} : { bytes }),
});
