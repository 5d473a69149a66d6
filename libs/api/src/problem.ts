import { z } from 'zod';
import { named } from './components.js';

/** Every error code of the API with its HTTP status (docs/contract.md, HTTP API). */
export const STATUS_OF_CODE = {
  invalid_request: 400,
  invalid_cursor: 400,
  reason_required: 400,
  unauthenticated: 401,
  forbidden: 403,
  fresh_sign_in_required: 403,
  self_review: 403,
  channel_not_allowed: 403,
  countersignature_required: 403,
  not_found: 404,
  pruned: 404,
  digest_mismatch: 409,
  already_decided: 409,
  wrong_state: 409,
  other_person: 409,
  controls_changed: 409,
  grant_not_active: 409,
  conflict: 409,
  already_registered: 409,
  unsupported_form: 409,
  tenant_claimed: 409,
  legal_hold: 409,
  too_recent: 409,
  not_erasable: 409,
  precondition_failed: 412,
  body_too_large: 413,
  request_refused: 422,
  idempotency_key_reused: 422,
  rate_limited: 429,
  internal_error: 500,
  not_ready: 503,
  feed_parted: 503,
  log_inconsistent: 503,
} as const;

export type ErrorCode = keyof typeof STATUS_OF_CODE;

/** The body of every error: `application/problem+json` (RFC 9457). */
export const problemSchema = named(
  'Problem',
  'What went wrong (RFC 9457), with a stable `code`.',
  z.object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('For people. Programs branch on `code`.'),
    code: z.string(),
    pointer: z.string().exactOptional().describe('JSON Pointer into the body, or the name of a parameter.'),
    refusals: z
      .array(z.object({ code: z.string(), detail: z.string(), pointer: z.string() }))
      .exactOptional()
      .describe('With `request_refused`: every reason.'),
    errors: z
      .array(z.object({ pointer: z.string(), detail: z.string() }))
      .exactOptional()
      .describe('With `invalid_request`: every error in the input.'),
  }),
);
export type Problem = z.infer<typeof problemSchema>;

/** One reason why a request for access is refused. */
export const refusalSchema = named(
  'Refusal',
  'Why a request would be refused, and which member is the cause.',
  z.object({ code: z.string(), detail: z.string(), pointer: z.string() }),
);
export type Refusal = z.infer<typeof refusalSchema>;
