/**
 * The pure evaluator with the types that it reads: what the broker decides by, and what a verifier of logs replays. It
 * knows no use case and no port.
 */
export { groupsInCharge, mayDecideIn, stagesOf } from '../domain/approval-stages.js';
export { type Assignment, assignmentOf, sameAssignment, widensAssignment } from '../domain/assignment.js';
export { narrowsControls, widenedControls } from '../domain/controls-narrowing.js';
export type { Invitation } from '../domain/invitation.js';
export { type Lock, lockBlocks } from '../domain/lock.js';
export type { AccessPolicy, ServiceRecord, TenantRecord } from '../domain/organisation.js';
export type { Person } from '../domain/person.js';
export { type PersonFacts, requesterFactsOf } from '../domain/person-facts.js';
export type { PrivacyControls } from '../domain/privacy-controls.js';
export type { ReviewNeeds, StageNeed } from '../domain/review.js';
export { narrowsTenant } from '../domain/tenant-changes.js';
export {
  countersignedActions,
  forbidRules,
  requiredApprovals,
} from '../domain/trust/trust-status.js';
export {
  type ControlsWidening,
  dueWideningStep,
  isSigned,
  mayConfirm,
  type PersonWidening,
  takesEffectAt,
  type Widening,
  type WideningFacts,
} from '../domain/widening.js';
export { BASES, isConsent } from './bases.js';
export type { PolicyContext } from './context.js';
export { type Evaluation, evaluate } from './evaluate.js';
export { NO_INVITATION } from './invitation-match.js';
export { requestedByTerms, type Stage } from './requested-access.js';
export { RULES } from './rules.js';
export { tenantDay } from './stage-in-charge.js';
