import { z } from 'zod';
import { idPattern, SERVICE_NAME, SLUG } from '../core/ids.js';
import { budget, commitment, digest, instant, scope, seconds } from './members.js';
import type { Terms } from './terms.js';

const METHOD = /^[A-Z]{1,20}(?:-[A-Z]{1,20})?$/;
// Path and query as they go over the wire: printable ASCII, no fragment.
const TARGET = /^\/[\x21\x22\x24-\x7e]*$/;

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
  scope,
  seconds,
  startsOn: z.enum(['approval', 'first-use']),
  startsAt: z.exactOptional(instant),
  useBy: z.exactOptional(instant),
  lapsesAt: instant,
  budget: z.exactOptional(budget),
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
