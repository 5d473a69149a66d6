import type { AskInput } from '@countersign/access';
import { isWellFormed, parseDuration } from '@countersign/scope';
import { z } from 'zod';
import { component } from '../openapi/components.js';

const MAX_TEXT = 4_000;

/** Free text that can be committed to: no lone surrogate, no NUL. */
export const freeText = z
  .string()
  .max(MAX_TEXT, `At most ${MAX_TEXT} characters`)
  .refine((text) => isWellFormed(text) && !text.includes('\0'), 'Well-formed Unicode without NUL');

const only = <T extends string>(value: T) => z.literal(value, 'This value is not supported yet').optional();

/**
 * What an engineer asks for (CONTRACT §5). Whether tenant, service and scope exist, and whether the reason
 * suffices, is for the evaluator to say, with every other refusal at once.
 */
export const askBody = component(
  'Ask',
  z.strictObject({
    tenant: z.string().min(1).max(256).describe('The tenant’s slug.'),
    service: z.string().min(1).max(256),
    scope: z
      .array(
        z.strictObject({
          resource: z.string().min(1).max(1_024).describe('A path; `*` is one segment, a final `**` any.'),
          actions: z.array(z.string().min(1).max(64)).min(1).max(64),
        }),
      )
      .min(1)
      .max(200),
    duration: z
      .string()
      .max(64)
      .refine((text) => parseDuration(text) !== undefined, 'An ISO 8601 duration such as PT1H')
      .describe('ISO 8601: days, hours, minutes, whole seconds.'),
    justification: freeText
      .optional()
      .describe('A sentence that the customer will read. Refused where it is blank.'),
    ticket: freeText.min(1).max(256, 'At most 256 characters').optional(),
    startsOn: only('approval'),
    basis: only('approval'),
  }),
);
export type AskBody = z.infer<typeof askBody>;

export function askInput(body: AskBody): AskInput {
  return {
    tenant: body.tenant,
    service: body.service,
    scope: body.scope,
    seconds: parseDuration(body.duration) ?? 0,
    justification: body.justification ?? '',
    ticket: body.ticket ?? null,
  };
}
