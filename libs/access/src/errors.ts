import { REQUEST_REFUSALS, type RequestRefusalCode } from '@countersign/contract';

/**
 * Every code that the domain refuses with, and its public message (docs/contract.md, Errors). The place that throws may
 * give a more exact message. Adapters map the codes to their own answers.
 */
const ACCESS_ERRORS = {
  invalid_request: 'The request is not valid.',
  forbidden: 'You are not allowed to do this.',
  fresh_sign_in_required: 'Sign in again first: you last proved who you are too long ago for this.',
  not_found: 'There is no such object, or you may not see it.',
  legal_hold: 'A legal hold keeps everything in this log. The side that set it lifts it first.',
  too_recent: 'This is too recent to be erased.',
  not_erasable: 'This cannot be erased.',
  pruned: 'The log no longer has these leaves: its retention has ended.',
  request_refused: 'The rules do not allow this access.',
  self_review: 'Nobody reviews their own request.',
  channel_not_allowed: 'This request cannot be approved through this channel.',
  countersignature_required: 'This must be approved with a passkey.',
  reason_required: 'Say why you deny this; the requester will read it.',
  digest_mismatch: 'The request has changed since you read it. Read it again.',
  already_decided: 'This request is decided already.',
  wrong_state: 'This is not possible in its current state.',
  controls_changed: 'The rules have changed since this was requested.',
  grant_not_active: 'This grant is not active.',
  idempotency_key_reused:
    'This Idempotency-Key was used with another body in the last 24 hours. Use a new one.',
  other_person: 'This browser is signed in as another person. Sign out there first.',
  conflict: 'Someone else changed this at the same moment. Read it again.',
  already_registered: 'This gateway has registered another identity.',
  tenant_claimed: 'A claimed tenant can only be narrowed from here; its own admins change the rest.',
} as const satisfies Record<string, string>;

export type AccessErrorCode = keyof typeof ACCESS_ERRORS;

/** One reason for which a request is refused; `pointer` is a JSON Pointer (RFC 6901) into the request's body. */
export interface Refusal {
  code: RequestRefusalCode;
  detail: string;
  pointer: string;
}

export const refusal = (
  code: RequestRefusalCode,
  pointer: string,
  detail: string = REQUEST_REFUSALS[code],
): Refusal => ({
  code,
  detail,
  pointer,
});

/**
 * A refusal of the domain. `message` may be shown to the caller; `privateDetail` and `cause` go to the operator's log
 * alone. Code branches on `code`, never on text.
 */
export class AccessError extends Error {
  readonly code: AccessErrorCode;
  readonly pointer: string | undefined;
  readonly refusals: readonly Refusal[];
  readonly privateDetail: string | undefined;

  constructor(
    code: AccessErrorCode,
    message: string = ACCESS_ERRORS[code],
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

/** One message for what does not exist and for what the caller may not see, so that no one can probe ids. */
export const notFound = (what: string): AccessError =>
  new AccessError('not_found', `There is no such ${what}, or you may not see it.`);

/** The caller was removed after they signed in. */
export const noLongerKnown = (): AccessError => new AccessError('forbidden', 'You are no longer known here.');

/** A compare-and-swap failed. */
export const changedMeanwhile = (what: string): AccessError =>
  new AccessError('conflict', `Someone else changed this ${what} at the same moment. Read it again.`);
