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
  channel_not_allowed: 'At this risk the request cannot be approved through this channel.',
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

/** Every reason for which a request is refused, and its public message. The rule that refuses gives a more exact one. */
const REFUSALS = {
  unknown_tenant: 'There is no such tenant.',
  unknown_service: 'There is no such service.',
  unknown_resource: 'No route of the service serves this resource.',
  unknown_action: 'No route of the service does this on the resource.',
  forbidden_scope: 'The customer forbids this.',
  unmasked_not_allowed: 'Hidden fields are not shown in full here.',
  basis_not_allowed: 'The customer does not accept this basis for this access.',
  duration_too_long: 'The duration is longer than the policies allow.',
  not_eligible: 'The requester is not eligible for this access.',
  justification_required: 'Say in a sentence why you need this access.',
  ticket_required: 'The vendor’s policy requires a ticket.',
  reason_code_required: 'State one of the kinds of reason that are accepted here.',
  budget_too_large: 'The budget is larger than the customer allows.',
  requester_not_accepted: 'The customer does not accept requests from this place or employer.',
  requester_facts_unknown:
    'A fact about the requester that the customer requires is not known, or not verified.',
  requester_facts_changed: 'What the terms say about the requester is no longer true.',
  outside_hours: 'The policies do not allow access at this time.',
  too_many_open: 'You have too many open requests. Cancel one first.',
  locked: 'Access is locked.',
  nobody_can_review: 'Too few people can review this.',
  terms_too_large: 'The scope is too long for one token. Name fewer resources.',
  countersignature_unavailable: 'The customer cannot countersign this now.',
} as const satisfies Record<string, string>;

export type RefusalCode = keyof typeof REFUSALS;

/** One reason for which a request is refused; `pointer` is a JSON Pointer (RFC 6901) into the request's body. */
export interface Refusal {
  code: RefusalCode;
  detail: string;
  pointer: string;
}

export const refusal = (code: RefusalCode, pointer: string, detail: string = REFUSALS[code]): Refusal => ({
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
