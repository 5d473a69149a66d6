export {
  ASSURANCES,
  CHANNELS,
  DEMAND_KINDS,
  DEMAND_STATES,
  DEMAND_STEP_ACTIONS,
  type DemandKind,
  type DemandState,
  type DemandStepAction,
  DISCLOSURE_STATES,
  type DisclosureState,
  EXPORT_CONTENTS,
  EXPORT_FORMATS,
  EXPORT_KINDS,
  type ExportContent,
  type ExportFormat,
  type ExportKind,
  GRANT_STATES,
  type GrantState,
  INVITATION_STATES,
  type InvitationState,
  LOCKABLE_KINDS,
  type LockableKind,
  PRACTICE_RESULTS,
  REDIRECT_OUTCOMES,
  REQUEST_STATES,
  type RedirectOutcome,
  type RequestState,
  SIDES,
  TENANT_ROLES,
  type TenantRole,
  WIDENING_STATES,
  type WideningState,
} from '@countersign/contract';
export {
  type AccessRequest,
  type AccessRequestDetail,
  type Ask,
  accessRequestDetailSchema,
  accessRequestSchema,
  askSchema,
  MAX_SHOWN_BODY,
  type Needs,
  needsSchema,
  type RequestNote,
  type Review,
  requestNoteSchema,
  reviewSchema,
} from './access-request.js';
export {
  type AccessReview,
  type AccessReviewDecision,
  type AccessReviewItem,
  type AccessReviewListQuery,
  type AccessReviewSummary,
  accessReviewEndpoints,
  type MarkedAccessReviewItem,
} from './access-reviews.js';
export { type BypassReport, bypassReportEndpoints, type NewBypassReport } from './bypass-reports.js';
export { components, named, pageOf } from './components.js';
export {
  type Demand,
  type DemandBody,
  type DemandDocument,
  type DemandDocumentBody,
  type DemandLine,
  type DemandListQuery,
  type DemandStep,
  type DemandStepBody,
  demandEndpoints,
} from './demands.js';
export {
  type Disclosure,
  type DisclosureAnswerBody,
  type DisclosureBody,
  type DisclosureListQuery,
  disclosureEndpoints,
  disclosureSchema,
} from './disclosures.js';
export {
  type AnswerOf,
  type Callers,
  type Endpoint,
  endpoint,
  type HttpMethod,
  noBodySchema,
} from './endpoint.js';
export { type AuthzenDecision, type AuthzenEvaluation, evaluationEndpoints } from './evaluation.js';
export { type EvidenceQuery, evidenceEndpoints } from './evidence.js';
export {
  type AddedExportTarget,
  type ExportPage,
  type ExportQuery,
  type ExportTarget,
  exportEndpoints,
  exportPageSchema,
  exportTargetSchema,
  type NewExportTarget,
} from './exports.js';
export { type EnrolledGateway, GATEWAY_STATES, type GatewayState, gatewayEndpoints } from './gateways.js';
export {
  type BrowserSessionBody,
  type BrowserSessionStart,
  type ExtensionBody,
  type Grant,
  type GrantDetail,
  type GrantListQuery,
  type GrantPace,
  type GrantToken,
  grantDetailSchema,
  grantEndpoints,
  grantSchema,
  grantTokenSchema,
  type RevocationBody,
} from './grants.js';
export {
  type Incident,
  type IncidentBoard,
  type IncidentBody,
  type IncidentListQuery,
  incidentEndpoints,
} from './incidents.js';
export {
  type Invitation,
  type InvitationBody,
  type InvitationDraftBody,
  type InvitationListQuery,
  invitationEndpoints,
  invitationSchema,
  type Withdrawal,
} from './invitations.js';
export { type IsolationTest, isolationEndpoints } from './isolation.js';
export {
  type ApiKey,
  type ApiKeyBody,
  apiKeyEndpoints,
  type Introspection,
  type IssuedApiKey,
  type TokenForm,
  tokenEndpoints,
} from './keys.js';
export { type Lock, type LockBody, type LockListQuery, lockEndpoints, lockSchema } from './locks.js';
export {
  type Erasure,
  type ErasureBody,
  type LegalHold,
  type LegalHoldBody,
  type LogSettings,
  type LogSettingsBody,
  logKeepingEndpoints,
} from './log-keeping.js';
export {
  type AccessRecord,
  accessRecordSchema,
  type CosignedCheckpoints,
  type Event,
  type EventQuery,
  eventSchema,
  type LeafOpenings,
  type LeafOpeningsPage,
  logEndpoints,
  logFileEndpoints,
  type OpeningsQuery,
  type RecordQuery,
  type ShownCheckpoint,
  type Witness,
  type WitnessList,
} from './logs.js';
export { digestText, idText, instant, type NextAddress } from './members.js';
export {
  type NewNoticeAddress,
  type NoticeAddress,
  type NoticeAddressCode,
  type NoticeTopics,
  noticeAddressEndpoints,
} from './notice-addresses.js';
export {
  DELIVERY_STATES,
  type DeliveryState,
  type Notice,
  type NoticeListQuery,
  noticeEndpoints,
  noticeSchema,
} from './notices.js';
export { docsEndpoints, type Health, healthEndpoints } from './operations.js';
export {
  type OrganisationChange,
  type OrganisationFileText,
  type OrganisationInForce,
  type OrganisationPreview,
  organisationEndpoints,
} from './organisation.js';
export {
  actionList,
  countryCode,
  employmentKind,
  entityName,
  nameText,
  positiveDuration,
  refuseRepeats,
  roleList,
  serviceName,
  tenantPersonInput,
  wholeNumber,
} from './organisation-members.js';
export {
  type EnrolmentBody,
  type Passkey,
  type PasskeyBody,
  type PresenceOffer,
  passkeyEndpoints,
  type RecoveryKey,
  type RecoveryKeyBody,
} from './passkeys.js';
export type { EndpointByRoute, Paths } from './paths.js';
export {
  type ChangedTenantPerson,
  type Person,
  peopleEndpoints,
  type TenantPerson,
  type TenantPersonBody,
  type TenantPersonChange,
  type Whoami,
  whoamiSchema,
} from './people.js';
export {
  type Practice,
  type PracticeAnswer,
  type PracticeAsk,
  type PracticeListQuery,
  type PracticeOffer,
  type PracticePart,
  type PracticeSummary,
  practiceEndpoints,
} from './practices.js';
export {
  type NewPreferences,
  type Preferences,
  preferenceEndpoints,
} from './preferences.js';
export { placeList, privacyControlsInput, supervisionRules, zonedHours } from './privacy-controls.js';
export {
  type ErrorCode,
  type Problem,
  problemSchema,
  type Refusal,
  refusalSchema,
  STATUS_OF_CODE,
} from './problem.js';
export {
  type NewPushSubscription,
  type PushSubscription,
  pushSubscriptionEndpoints,
} from './push-subscriptions.js';
export {
  type Acceptance,
  type CounterStatementBody,
  type Decision,
  type ForwardBody,
  type Preview,
  type RequestListQuery,
  type RequestNoteBody,
  requestEndpoints,
  type StatementQuery,
} from './requests.js';
export {
  SCIM_ERROR_TYPES,
  SCIM_SCHEMAS,
  SCIM_TYPE,
  type ScimErrorType,
  type ScimListAnswer,
  type ScimListQuery,
  type ScimReadQuery,
  scimDiscoveryEndpoints,
  scimGroupEndpoints,
  scimUserEndpoints,
} from './scim.js';
export { type Service, serviceEndpoints, serviceSchema } from './services.js';
export {
  type OwnSession,
  type Session,
  type SessionPasskey,
  sessionEndpoints,
  sessionSchema,
} from './sessions.js';
export {
  type CliConsent,
  type CliConsentQuery,
  type CliCredential,
  type CliExchange,
  cliCredentialSchema,
  cliLoginEndpoints,
  type SignInCode,
  type SignInCodeRequest,
  type SignInCodeSent,
  type SignInMethods,
  type SignInOrganisation,
  type SignInStartQuery,
  signInEndpoints,
} from './sign-in.js';
export { SIGNAL_ERRORS, type SignalErrorCode, signalEndpoints } from './signals.js';
export {
  type SlackAccount,
  type SlackAccounts,
  type SlackInstallation,
  slackInstallEndpoints,
  slackLinkEndpoints,
} from './slack.js';
export { type Standing, type StandingQuery, standingEndpoints, standingSchema } from './standing.js';
export {
  type DailyStatement,
  type StatementListQuery,
  type StatementSpan,
  statementEndpoints,
} from './statements.js';
export { type NewTemplate, type Template, templateEndpoints } from './templates.js';
export {
  type ChangedPrivacyControls,
  type DecisionTimes,
  type OrganisationNames,
  type PrivacyControls,
  type PrivacyControlsBody,
  type PrivacyControlsDraft,
  type PrivacyControlsTest,
  type ProposedControls,
  tenantEndpoints,
} from './tenants.js';
export {
  type PublishedReportAnswer,
  type TransparencyReportAnswer,
  transparencyEndpoints,
} from './transparency.js';
export {
  type LiftQuery,
  type SignedStop,
  type Stop,
  type StopQuery,
  stopEndpoints,
  type Trust,
  type TrustDraftQuery,
  type TrustProposal,
  type TrustProposalBody,
  type TrustSignatureBody,
  trustEndpoints,
} from './trust.js';
export { type WebhookMessage, webhookMessageSchema } from './webhooks.js';
export {
  type ControlsWidening,
  type PersonWidening,
  type Widening,
  type WideningConfirmationBody,
  type WideningListQuery,
  type WideningToSign,
  wideningEndpoints,
} from './widenings.js';
