// What requests, grants, locks and controls may be. The one list of each; schemas, types, options and choices derive from it.

/** What people may lock. */
export const LOCKABLE_KINDS = ['tenant', 'person', 'service'] as const;
export type LockableKind = (typeof LOCKABLE_KINDS)[number];

/** What a lock may block. Rules of supervision lock single grants. */
export const LOCK_KINDS = [...LOCKABLE_KINDS, 'grant'] as const;
export type LockKind = (typeof LOCK_KINDS)[number];

/**
 * States in which a request still waits for someone. `notifying`: fully reviewed, and the customer is being notified;
 * nothing is open before it has been.
 */
export const OPEN_REQUEST_STATES = [
  'awaiting_vendor',
  'awaiting_customer',
  'countered',
  'notifying',
] as const;

/** States in which a request is decided, withdrawn or lapsed. */
export const FINAL_REQUEST_STATES = ['approved', 'denied', 'cancelled', 'expired'] as const;

/** Every state of a request. */
export const REQUEST_STATES = [...OPEN_REQUEST_STATES, ...FINAL_REQUEST_STATES] as const;
export type RequestState = (typeof REQUEST_STATES)[number];

/** Whom a request waits for; `notice`: for the customer to be notified. */
export const WAITS_FOR = ['vendor', 'customer', 'requester', 'notice'] as const;
export type WaitsFor = (typeof WAITS_FOR)[number];

/** `question`: an approver asks the requester. `answer`: the requester answers. `forward`: an approver asks a colleague. */
export const REQUEST_NOTE_KINDS = ['question', 'answer', 'forward'] as const;
export type RequestNoteKind = (typeof REQUEST_NOTE_KINDS)[number];

/** The ground on which access is requested. */
export const BASES = ['approval', 'invitation', 'emergency', 'legal'] as const;
export type Basis = (typeof BASES)[number];

/** When the time of a grant begins. */
export const STARTS_ON = ['approval', 'first-use'] as const;
export type StartsOn = (typeof STARTS_ON)[number];

/** Reasons that every request may state. The vendor’s policy may add others. */
export const REASON_CODES = [
  'support-case',
  'incident',
  'maintenance',
  'migration',
  'security',
  'legal',
] as const;
export type ReasonCode = (typeof REASON_CODES)[number];

/** Who reviews, locks and stops. */
export const SIDES = ['vendor', 'customer'] as const;
export type ReviewSide = (typeof SIDES)[number];

/** What a reviewer decides. */
export const REVIEW_DECISIONS = ['approve', 'deny', 'counter'] as const;
export type ReviewDecision = (typeof REVIEW_DECISIONS)[number];

/** How much a request risks. */
export const RISK_LEVELS = ['low', 'medium', 'high'] as const;
export type RiskLevel = (typeof RISK_LEVELS)[number];

/** The states of a grant. */
export const GRANT_STATES = ['scheduled', 'active', 'ended'] as const;
export type GrantState = (typeof GRANT_STATES)[number];

/** Why a grant has ended. */
export const GRANT_END_REASONS = ['expired', 'revoked', 'released', 'exhausted'] as const;
export type GrantEndReason = (typeof GRANT_END_REASONS)[number];

/**
 * Whether calls under a grant can pass now. Its state says only whether it has begun or ended; stops and locks count
 * here alone.
 */
export const GRANT_ACCESS = ['open', 'not_yet', 'stopped', 'locked', 'ended'] as const;
export type GrantAccess = (typeof GRANT_ACCESS)[number];

/** The states of an invitation. */
export const INVITATION_STATES = ['open', 'used_up', 'withdrawn', 'expired'] as const;
export type InvitationState = (typeof INVITATION_STATES)[number];

/** The states of a widening. */
export const WIDENING_STATES = ['waiting', 'applied', 'withdrawn', 'lapsed'] as const;
export type WideningState = (typeof WIDENING_STATES)[number];

/** The states of a proposed trust document. */
export const PROPOSAL_STATES = ['open', 'adopted', 'withdrawn'] as const;
export type ProposalState = (typeof PROPOSAL_STATES)[number];

/** What a rule of the privacy controls asks of approvals: none, or one for each call. */
export const CONTROL_MODES = ['observe', 'each-access'] as const;
export type ControlMode = (typeof CONTROL_MODES)[number];

/**
 * What a rule of supervision counts: allowed calls, resources that the engineer uses for the first time in this tenant,
 * or tokens that the engineer fetches from another country than the terms state, or from one that is not known.
 */
export const SUPERVISED = ['calls', 'new-resources', 'other-country', 'unknown-country'] as const;
export type Supervised = (typeof SUPERVISED)[number];

/**
 * What happens when a rule is crossed: people are notified, the grant is paused until the rule’s own side resumes it, or
 * it ends.
 */
export const SUPERVISION_ACTIONS = ['notify', 'pause', 'stop'] as const;
export type SupervisionAction = (typeof SUPERVISION_ACTIONS)[number];
