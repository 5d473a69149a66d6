import { z } from 'zod';
import { COMMITMENT } from '../core/commitment.js';
import { ACTION, idPattern, SERVICE_NAME, SLUG } from '../core/ids.js';
import { INSTANT } from '../core/time.js';
import { MAX_SCOPE_ENTRIES } from '../resource/scope.js';
import type { Terms } from './terms.js';

/** A grant of more than 366 days is standing access by another name. */
const MAX_SECONDS = 31_622_400;

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const RESOURCE_PATTERN = /^(?:\*\*|(?:\*|[A-Za-z0-9._~-]+)(?:\/(?:\*|[A-Za-z0-9._~-]+))*(?:\/\*\*)?)$/;
const METHOD = /^[A-Z]{1,20}(?:-[A-Z]{1,20})?$/;
// Path and query as they go over the wire: printable ASCII, no fragment.
const TARGET = /^\/[\x21\x22\x24-\x7e]*$/;

const digest = z.string().regex(DIGEST);
const instant = z.string().regex(INSTANT);
const commitment = z.string().regex(COMMITMENT);
const count = z.int().min(1);

/**
 * Shape of terms v1; published as docs/schemas/terms-v1.json. The rules between members (normal form of the scope,
 * which times go together, what a basis needs) are in `parseTerms`.
 */
export const termsSchema: z.ZodType<Terms> = z.strictObject({
  v: z.literal(1),
  deployment: z.string().regex(idPattern('dep')),
  request: z.string().regex(idPattern('req')),
  parent: z.exactOptional(digest),
  extends: z.exactOptional(digest),
  basis: z.enum(['approval', 'invitation', 'emergency', 'legal']),
  invitation: z.exactOptional(digest),
  tenant: z.string().regex(SLUG),
  service: z.string().regex(SERVICE_NAME),
  routes: digest,
  scope: z
    .array(
      z.strictObject({
        resource: z.string().max(1_024).regex(RESOURCE_PATTERN),
        actions: z.array(z.string().regex(ACTION)).min(1),
      }),
    )
    .min(1)
    .max(MAX_SCOPE_ENTRIES),
  seconds: z.int().min(1).max(MAX_SECONDS),
  startsOn: z.enum(['approval', 'first-use']),
  startsAt: z.exactOptional(instant),
  useBy: z.exactOptional(instant),
  lapsesAt: instant,
  budget: z.exactOptional(
    z
      .strictObject({ calls: z.exactOptional(count), bytes: z.exactOptional(count) })
      .refine((budget) => budget.calls !== undefined || budget.bytes !== undefined),
  ),
  change: z.exactOptional(
    z.strictObject({
      method: z.string().regex(METHOD),
      path: z.string().max(4_096).regex(TARGET),
      bodySha256: digest,
    }),
  ),
  requester: z.string().regex(idPattern('usr')),
  justification: commitment,
  ticket: z.exactOptional(commitment),
});
