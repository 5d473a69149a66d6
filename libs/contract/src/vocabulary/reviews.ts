// Demands, disclosures, access reviews and practices. The one list of each; schemas, types, options and choices derive from it.

/** What an authority served on the vendor. */
export const DEMAND_KINDS = ['subpoena', 'warrant', 'order', 'national-security', 'emergency'] as const;
export type DemandKind = (typeof DEMAND_KINDS)[number];

/** The states of a demand. */
export const DEMAND_STATES = [
  'received',
  'redirected',
  'challenged',
  'narrowed',
  'rejected',
  'disclosed',
  'closed',
] as const;
export type DemandState = (typeof DEMAND_STATES)[number];

/** What a person may add to a demand. Intake, documents and openings are calls of their own. */
export const DEMAND_STEP_ACTIONS = [
  'redirected',
  'challenged',
  'narrowed',
  'rejected',
  'disclosed',
  'closed',
  'extension-proposed',
  'extended',
] as const;
export type DemandStepAction = (typeof DEMAND_STEP_ACTIONS)[number];

/** What the authority answered when it was sent to the customer. */
export const REDIRECT_OUTCOMES = ['accepted', 'declined', 'unanswered'] as const;
export type RedirectOutcome = (typeof REDIRECT_OUTCOMES)[number];

/** What the customer answers to the vendor’s explanation of an emergency. */
export const DISCLOSURE_ANSWERS = ['acknowledged', 'disputed'] as const;
export type DisclosureAnswerKind = (typeof DISCLOSURE_ANSWERS)[number];

/**
 * `due`: the vendor has not explained the emergency yet. `late`: it has not, and the tenant’s term is over. `given`: the
 * customer has not answered. `disputed`: the vendor may explain again.
 */
export const DISCLOSURE_STATES = ['due', 'late', 'given', ...DISCLOSURE_ANSWERS] as const;
export type DisclosureState = (typeof DISCLOSURE_STATES)[number];

/** Kinds of what an access review lists: what lets into the tenant, its people with their roles, and their credentials. */
export const REVIEWED_KINDS = ['grant', 'invitation', 'rule', 'person', 'api-key', 'session'] as const;
export type ReviewedKind = (typeof REVIEWED_KINDS)[number];

/** What an admin decides in an access review. */
export const ITEM_DECISIONS = ['confirmed', 'pruned'] as const;
export type ItemDecision = (typeof ITEM_DECISIONS)[number];

/**
 * What became of an item. `confirmed`, `pruned`: an admin decided. `gone`: it ended before anyone decided. `lapsed`: no
 * one answered, and it was ended. `kept`: no one answered, and it was not ended, for a reason of `KEPT_REASONS`.
 */
export const REVIEW_OUTCOMES = [...ITEM_DECISIONS, 'gone', 'lapsed', 'kept'] as const;
export type ReviewOutcome = (typeof REVIEW_OUTCOMES)[number];

/**
 * Why an unanswered item is kept. `last-admin`, `too-few-approvers`: the tenant could change or approve nothing any
 * more. `claimed`: only the tenant’s own people change it: a rule of a claimed tenant or one that would be widened, a
 * person of its trust document. `provider`: the tenant’s provider gives the roles, and would give them again.
 */
export const KEPT_REASONS = ['last-admin', 'too-few-approvers', 'claimed', 'provider'] as const;
export type KeptReason = (typeof KEPT_REASONS)[number];

/**
 * How one approver did. `passed`: the right answer, with the passkey if they have one. `wrong`: the other answer.
 * `passkey-failed`: the right answer, and they said that their passkey does not work. `unanswered`: no answer in time.
 * `left`: they were no longer an approver when the practice ended.
 */
export const PRACTICE_RESULTS = ['passed', 'wrong', 'passkey-failed', 'unanswered', 'left'] as const;
export type PracticeResult = (typeof PRACTICE_RESULTS)[number];
