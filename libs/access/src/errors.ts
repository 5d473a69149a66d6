/** Codes that the domain refuses with; CONTRACT §5 names them and adapters map them to their own answers. */
export type AccessErrorCode =
  | 'invalid_request'
  | 'forbidden'
  | 'not_found'
  | 'request_refused'
  | 'self_review'
  | 'channel_not_allowed'
  | 'countersignature_required'
  | 'reason_required'
  | 'digest_mismatch'
  | 'already_decided'
  | 'wrong_state'
  | 'controls_changed'
  | 'grant_not_active'
  | 'idempotency_key_reused'
  | 'conflict'
  | 'already_registered'
  | 'tenant_claimed';

/** One reason for which a request is refused; `pointer` is a JSON Pointer (RFC 6901) into the asking body. */
export interface Refusal {
  code: RefusalCode;
  detail: string;
  pointer: string;
}

export type RefusalCode =
  | 'unknown_tenant'
  | 'unknown_service'
  | 'unknown_resource'
  | 'unknown_action'
  | 'forbidden_scope'
  | 'duration_too_long'
  | 'not_eligible'
  | 'justification_required'
  | 'ticket_required'
  | 'outside_hours'
  | 'too_many_open'
  | 'locked'
  | 'nobody_can_review'
  | 'terms_too_large'
  | 'countersignature_unavailable';

/**
 * A refusal of the domain. `message` may be shown to the caller; `privateDetail` and `cause` go to the
 * operator's log alone. Code branches on `code`, never on text.
 */
export class AccessError extends Error {
  readonly code: AccessErrorCode;
  readonly pointer: string | undefined;
  readonly refusals: readonly Refusal[];
  readonly privateDetail: string | undefined;

  constructor(
    code: AccessErrorCode,
    message: string,
    more: { pointer?: string; refusals?: readonly Refusal[]; privateDetail?: string; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'AccessError';
    this.code = code;
    this.pointer = more.pointer;
    this.refusals = more.refusals ?? [];
    this.privateDetail = more.privateDetail;
  }
}

/** What the caller may not see does not exist for it: one message for both, so that ids cannot be probed. */
export const notFound = (what: string): AccessError =>
  new AccessError('not_found', `There is no such ${what}, or you may not see it.`);
