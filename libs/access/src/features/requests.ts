/** An access request from its question to its decision: terms, evaluation, reviews, notes, invitations, incidents. */

export {
  type AccessRequest,
  isOpen,
  isOverdue,
  nextReminderAt,
  REQUEST_TRANSITIONS,
  type RequestOrigin,
  type StageProgress,
  type Wait,
  waitTimes,
} from '../domain/access-request.js';
export { canFillStages } from '../domain/approval-stages.js';
export type { Incident, IncidentTenant } from '../domain/incident.js';
export { INVITATION_TRANSITIONS, type Invitation, type InvitationView } from '../domain/invitation.js';
export { openQuestion, type Pause, type RequestNote } from '../domain/request-note.js';
export {
  MAX_TEMPLATES,
  type RequestTemplate,
  type TemplateRequest,
  templateKey,
} from '../domain/request-template.js';
export { decidedBy, type Review, type ReviewNeeds, type StageNeed } from '../domain/review.js';
export { isConsent } from '../policy/bases.js';
export type { PolicyContext } from '../policy/context.js';
export type { Evaluation } from '../policy/evaluate.js';
export { NO_INVITATION } from '../policy/invitation-match.js';
export type { ReviewInput } from '../policy/validate-review.js';
export { evaluateAccess } from '../use-cases/evaluation/evaluate-access.js';
export { isOnlyLocked, type Outdated, whyOutdated } from '../use-cases/evaluation/reevaluate.js';
export {
  type IncidentBoard,
  type IncidentInput,
  listIncidents,
  openIncident,
  readIncident,
} from '../use-cases/incidents/incidents.js';
export { withdrawInvitation } from '../use-cases/invitations/invitation-transitions.js';
export { draftInvitationStatement, type InvitationInput, invite } from '../use-cases/invitations/invite.js';
export { listInvitations } from '../use-cases/invitations/read-invitations.js';
export { draftApprovalStatement } from '../use-cases/requests/approval-statements.js';
export { cancelRequest } from '../use-cases/requests/cancel-request.js';
export type { AccessRequestInput } from '../use-cases/requests/draft-terms.js';
export { listRequests } from '../use-cases/requests/list-requests.js';
export { previewRequest, requestLimits } from '../use-cases/requests/preview-request.js';
export {
  decisionTimes,
  type EarlierDenial,
  earlierDenials,
  getRequest,
  type NoteView,
  noteViews,
  type RequestDetail,
  type RequestView,
  type RequestWithAccess,
  requestViews,
  usualSeconds,
} from '../use-cases/requests/read-requests.js';
export { requestAccess } from '../use-cases/requests/request-access.js';
export {
  answerQuestion,
  askRequester,
  forwardRequest,
} from '../use-cases/requests/request-notes.js';
export { acceptOffer } from '../use-cases/requests/request-transitions.js';
export { reviewRequest } from '../use-cases/requests/review-request.js';
export type { ShownChange } from '../use-cases/requests/shown-change.js';
