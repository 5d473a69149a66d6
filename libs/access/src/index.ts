export {
  type AccessRequest,
  isOpen,
  isOverdue,
  nextReminderAt,
  REQUEST_TRANSITIONS,
  type RequestOrigin,
  type RequestState,
  type StageProgress,
  type Wait,
  waitTimes,
} from './domain/access-request.js';
export {
  ACCESS_REVIEW_TRANSITIONS,
  type AccessReview,
  type AccessReviewItem,
  type AccessReviewState,
  countOutcomes,
  type KeptReason,
  openReview,
  quarterOf,
  type ReviewCounts,
  type ReviewedItem,
  type ReviewOutcome,
} from './domain/access-review.js';
export type { ApiKey } from './domain/api-key.js';
export { canFillStages } from './domain/approval-stages.js';
export type { BrowserSession } from './domain/browser-session.js';
export { adjustLease, hasUnusedBudget, type Lease } from './domain/budget-lease.js';
export type { BypassedCall, BypassReport } from './domain/bypass-report.js';
export {
  DEMAND_KINDS,
  DEMAND_STATES,
  DEMAND_TRANSITIONS,
  type Demand,
  type DemandAction,
  type DemandDocument,
  type DemandKind,
  type DemandState,
  type DemandStep,
  type RedirectOutcome,
  type StepInput,
} from './domain/demand.js';
export { isReliedOn } from './domain/deployment-events.js';
export {
  DISCLOSURE_TRANSITIONS,
  type Disclosure,
  type DisclosureAnswer,
  type DisclosureContent,
  type DisclosureState,
} from './domain/disclosure.js';
export type { Erasure } from './domain/erasure.js';
export type {
  ExportContent,
  ExportKind,
  ExportTarget,
} from './domain/export-target.js';
export {
  EVERYTHING,
  type GatewayBinding,
  serves,
  servesAll,
  servesService,
  servesTenant,
  writesInto,
} from './domain/gateway-binding.js';
export {
  GRANT_TRANSITIONS,
  type Grant,
  type GrantEndReason,
  type GrantState,
  isUsable,
  nextStepAt,
} from './domain/grant.js';
export {
  type AccessReason,
  type AccessStatus,
  accessStatus,
  type GrantAccess,
} from './domain/grant-access.js';
export type { Incident, IncidentTenant } from './domain/incident.js';
export {
  INVITATION_TRANSITIONS,
  type Invitation,
  type InvitationState,
  type InvitationView,
} from './domain/invitation.js';
export {
  hasPassed,
  type IsolationLeak,
  type IsolationReport,
  type IsolationRun,
  type IsolationSurface,
  NO_ATTEMPTS,
  type StatedRun,
} from './domain/isolation.js';
export {
  isLockInForce,
  type Lock,
  type LockedAccess,
  type LockKind,
  type LockView,
  lockBlocks,
} from './domain/lock.js';
export {
  type DailyStatement,
  DEFAULT_LOG_SETTINGS,
  type LegalHold,
  type LogSettings,
} from './domain/log-settings.js';
export {
  ADDRESS_CODE_HOURS,
  NOTICE_ADDRESS_TRANSITIONS,
  type NoticeAddress,
  type NoticeAddressState,
} from './domain/notice-address.js';
export {
  carriesDuty,
  chosenMessages,
  isDuty,
  NOTICE_WAYS,
  type NoticeChoices,
  PERSONAL_TOPICS,
} from './domain/notice-choices.js';
export {
  type AccessPolicy,
  type AccessRule,
  endpointHash,
  isForTenant,
  type OidcSettings,
  type Organisation,
  type OrganisationPerson,
  type OrganisationTenant,
  type ScimSettings,
  type ServiceRecord,
  type SignalSettings,
  type SlackPlace,
  TENANT_ROLES,
  type TenantRecord,
  type TenantRole,
  tenantOfSide,
  VENDOR_ROLES,
  VENDOR_SLUG,
  type VendorRole,
  type WebhookSettings,
} from './domain/organisation.js';
export { isForeignAddress, type OwnedDomain, readDomain } from './domain/owned-domains.js';
export {
  canSee,
  hasPermission,
  isReading,
  isSignedInAs,
  logVisibility,
  PERMISSION_NAMES,
  type Permission,
  permissionRow,
  permissionsOf,
  requestVisibility,
  requirePermission,
  SIGN_IN_STRENGTHS,
  type SignInStrength,
  signInRefusal,
  visibilityOf,
} from './domain/permissions.js';
export {
  type Assurance,
  addressOf,
  type Channel,
  exactEmail,
  hasRole,
  normaliseEmail,
  type Person,
  type Principal,
} from './domain/person.js';
export {
  effectiveFacts,
  type FactValues,
  type PersonFacts,
} from './domain/person-facts.js';
export {
  countResults,
  drawTask,
  openPractice,
  PRACTICE_TRANSITIONS,
  type Practice,
  type PracticeCounts,
  type PracticePasskey,
  type PracticeRequest,
  type PracticeResult,
  type PracticeState,
  type PracticeTask,
} from './domain/practice.js';
export {
  type ControlRule,
  type EmergencyControls,
  EXTRA_STAGE,
  type PrivacyControls,
  type WideningControls,
} from './domain/privacy-controls.js';
export {
  SCIM_LIMITS,
  type ScimGroup,
  type ScimProfile,
  type ScimToken,
  type ScimUser,
} from './domain/provisioning.js';
export {
  MAX_PUSH_SUBSCRIPTIONS,
  PUSH_LANGUAGES,
  type PushLanguage,
  type PushSubscription,
} from './domain/push-subscription.js';
export { openQuestion, type Pause, type RequestNote, type RequestNoteKind } from './domain/request-note.js';
export {
  MAX_TEMPLATES,
  type RequestTemplate,
  type TemplateRequest,
  templateKey,
} from './domain/request-template.js';
export {
  decidedBy,
  type Review,
  type ReviewDecision,
  type ReviewNeeds,
  type ReviewSide,
  type StageNeed,
} from './domain/review.js';
export {
  isClaimProblem,
  readSecurityEvent,
  type SecurityEvent,
} from './domain/security-event.js';
export {
  COVERAGE_STATES,
  type Coverage,
} from './domain/standing.js';
export type {
  SupervisionCount,
  SupervisionRule,
} from './domain/supervision.js';
export {
  buildReport,
  parsePeriod,
  type ReportPeriod,
  reportCsv,
  reportJson,
  type TransparencyReport,
} from './domain/transparency/report.js';
export type {
  DemandCount,
  ReportFacts,
  RequestFact,
} from './domain/transparency/report-figures.js';
export {
  brokerRelyingParty,
  type EnrolledPasskey,
  type RecoveryKey,
  type RelyingParty,
} from './domain/trust/passkey.js';
export { isLift, isStop, type RelayedStop, type Stop } from './domain/trust/stop.js';
export {
  endProposal,
  PROPOSAL_TRANSITIONS,
  type ProposalSignature,
  type ProposalState,
  type TrustProposal,
} from './domain/trust/trust-proposal.js';
export { UNCLAIMED } from './domain/trust/trust-status.js';
export {
  RESET_TRANSITIONS,
  type ResetState,
  type TrustReset,
  type TrustVersion,
} from './domain/trust/trust-version.js';
export {
  type ControlsWidening,
  type PersonWidening,
  takesEffectAt,
  WIDENING_TRANSITIONS,
  type Widening,
  type WideningState,
} from './domain/widening.js';
export {
  AccessError,
  type AccessErrorCode,
  notFound,
  type Refusal,
} from './errors.js';
export { isConsent } from './policy/bases.js';
export type { PolicyContext } from './policy/context.js';
export type { Evaluation } from './policy/evaluate.js';
export { NO_INVITATION } from './policy/invitation-match.js';
export type { ReviewInput } from './policy/validate-review.js';
export {
  type AccessRecordView,
  type AccessReviewRepository,
  type AddressedNotice,
  type AllOf,
  type ApiKeyRepository,
  type AuthenticatorRepository,
  type BrokerLease,
  type BrowserSessionRepository,
  type BypassReportRepository,
  type ChainName,
  type ChainVouch,
  type CheckpointRepository,
  type ClaimedMessage,
  type Clock,
  type ContinuityRepository,
  type CredentialRepository,
  type DailyStatementRow,
  type DaySeal,
  DELIVERY_CHANNELS,
  type Delivered,
  type DeliveredPart,
  type Delivery,
  type DeliveryChannel,
  DeliveryFailure,
  type DeliveryOutcome,
  type DeliveryQueues,
  type DeliveryRepository,
  type DeliveryState,
  type DemandRepository,
  type DeploymentPoint,
  type DeploymentPorts,
  type DeploymentRepositories,
  type DirectoryRepository,
  type DisclosureRepository,
  type DueDay,
  type DueObjects,
  type EndedMessage,
  type EnrolledGateway,
  type ErasedCopies,
  type ErasureRepository,
  type EventDraft,
  type EventLog,
  type EventReads,
  type ExportTargetRepository,
  type FeedChange,
  type FeedChangeKind,
  type FeedChanges,
  type FeedEpochs,
  type FeedReads,
  type FeedUnit,
  type FoundRequest,
  type GatewayPin,
  type GatewayRepository,
  type GrantBasis,
  type GrantRepository,
  type GrantUse,
  type HandOverRepository,
  type IdempotencyKey,
  type IdempotencyRepository,
  type Identity,
  type IdentityRepository,
  type Ids,
  type IncidentRepository,
  type InvitationRepository,
  type IsolationRepository,
  type ItemOutcome,
  isForCustomerAlone,
  type KeyMaker,
  type KeyPair,
  type LeaseRepository,
  type LeaseUse,
  type ListedDemand,
  type ListFilter,
  type LiveCredential,
  type Located,
  type LockRepository,
  type LogDays,
  type LogDaysRepository,
  type LogHead,
  type LogSettingsRepository,
  type MailReader,
  type MessageDraft,
  type MessagePart,
  type NamedOpening,
  type Notice,
  type NoticeAddressRepository,
  type NoticeChannel,
  type NoticeDraft,
  type NoticeKind,
  type NoticesReadUnit,
  type NoticeView,
  type OpenedLeaf,
  type OpeningRepository,
  type OrganisationRepository,
  type OrganisationView,
  type Outbox,
  type OutboxRepository,
  type Owner,
  type Page,
  type PageQuery,
  type PersonalRecipient,
  type PracticeRepository,
  type PreferenceRepository,
  type PrunedBatch,
  type PublishedGrant,
  type PublishedReport,
  type PushSubscriptionRepository,
  type Randomness,
  type ReadUnit,
  type RecordChain,
  type RecordOutcome,
  type RecordRepository,
  type RelayedStopRepository,
  type ReportRepository,
  type RequestNoteRepository,
  type RequestRepository,
  type RequestTemplateRepository,
  type RequestWordRepository,
  type ResourceUse,
  type ReviewRepository,
  type ScheduleRepository,
  type ScimGroupRepository,
  type ScimTokenRepository,
  type ScimUserRepository,
  type SealedDraft,
  type SealedLeaf,
  type SealedLog,
  type SealedLogRepository,
  type SearchedText,
  type SeenCheckpoint,
  type Session,
  type SessionKind,
  type SessionRepository,
  type SessionsUnit,
  type SignalRepository,
  type SignatureRules,
  type SignedLog,
  type SignInAttempt,
  type SignInAttemptRepository,
  type SigningKeyRepository,
  type SlackAccount,
  type SlackAccountRepository,
  type SlackInstallation,
  type SlackInstallationRepository,
  type SlackLinkWay,
  type SlackPost,
  type SlackPostRepository,
  type SlackSeenRepository,
  type StatementRepository,
  type StopRepository,
  type Store,
  type StoredCheckpoint,
  type StoredEvent,
  type StoredKey,
  type SupervisionRepository,
  type TenantRepositories,
  type TenantUnit,
  type TimedLeaf,
  type TimedLeaves,
  type TimeSpan,
  type TrustRepository,
  type UnitOptions,
  type VendorReadUnit,
  type VendorUnit,
  type Whereabouts,
  type WholeOrganisation,
  type WideningRepository,
  type WitnessState,
} from './ports/index.js';
export { runAccessReviews } from './use-cases/access-reviews/access-review-job.js';
export {
  type AccessReviewSummary,
  type AccessReviewView,
  decideAccessReview,
  getAccessReview,
  listAccessReviews,
} from './use-cases/access-reviews/access-reviews.js';
export {
  endBrokerLease,
  LEASE_RENEWAL_MS,
  noteParted,
  renewBrokerLease,
  sizesInBackup,
  takeBrokerLease,
} from './use-cases/continuity/continuity.js';
export {
  addDemandStep,
  type DemandInput,
  type DemandLine,
  type DemandView,
  enterDemand,
  fileDemandDocument,
  listDemands,
  openDueDemands,
  readDemand,
  readDemandDocument,
} from './use-cases/demands/demands.js';
export { recordAccessHeads } from './use-cases/demands/sealed-access.js';
export {
  answerDisclosure,
  type DisclosureView,
  getDisclosure,
  giveDisclosure,
  listDisclosures,
} from './use-cases/emergencies/disclosures.js';
export { noticeProgress } from './use-cases/emergencies/notify-first.js';
export { evaluateAccess } from './use-cases/evaluation/evaluate-access.js';
export { previewRequest, requestLimits } from './use-cases/evaluation/preview-request.js';
export { isOnlyLocked, type Outdated, whyOutdated } from './use-cases/evaluation/reevaluate.js';
export { evidenceLeaves, requireEvidencePeriod } from './use-cases/evidence/evidence.js';
export {
  ensureBrokerKeys,
  OVERLAP_SECONDS,
  publishedKeys,
  revokeSigningKey,
  rotateSigningKey,
  signingKey,
} from './use-cases/gateways/broker-keys.js';
export { type BypassInput, listBypassReports, reportBypass } from './use-cases/gateways/bypass-reports.js';
export { recordPins } from './use-cases/gateways/gateway-pins.js';
export {
  closeVanishedGateways,
  recordContact,
  VANISHED_AFTER_MS,
} from './use-cases/gateways/gateway-presence.js';
export {
  authenticateGateway,
  enrolGateway,
  listGateways,
  recordVersion,
  registerIdentity,
  reportForgedBatch,
  revokeGateway,
} from './use-cases/gateways/gateways.js';
export type { IncomingBatch, IncomingRecord } from './use-cases/gateways/incoming-record.js';
export { ingestRecords } from './use-cases/gateways/ingest-records.js';
export type { BatchRefusal } from './use-cases/gateways/lost-records.js';
export {
  openBrowserSession,
  releaseByBrowserSession,
  startBrowserSession,
  tokenOfBrowserSession,
} from './use-cases/grants/browser-sessions.js';
export { releaseGrant, revokeGrant } from './use-cases/grants/end-grant.js';
export { extendGrant } from './use-cases/grants/extend-grant.js';
export { closeLeases, leaseBudget } from './use-cases/grants/lease-budget.js';
export {
  type MintedToken,
  type MintInput,
  mintToken,
  type TokenMinter,
} from './use-cases/grants/mint-token.js';
export {
  type GrantView,
  getGrant,
  listGrants,
  loadBlocks,
  readEndWords,
  readStatuses,
} from './use-cases/grants/read-grants.js';
export { readPace } from './use-cases/grants/read-pace.js';
export {
  type IncidentBoard,
  type IncidentInput,
  listIncidents,
  openIncident,
  readIncident,
} from './use-cases/incidents/incidents.js';
export { withdrawInvitation } from './use-cases/invitations/invitation-transitions.js';
export { draftInvitationStatement, type InvitationInput, invite } from './use-cases/invitations/invite.js';
export { listInvitations } from './use-cases/invitations/read-invitations.js';
export {
  type Canary,
  type IsolationTest,
  isTestDue,
  newestTest,
  readIsolation,
  runIsolationTest,
  stateIsolation,
} from './use-cases/isolation/isolation-test.js';
export { type LockInput, liftLock, listLocks, setLock } from './use-cases/locks/locks.js';
export { DailyLeavesFailed, type DailyRun, openSeals, sealDays } from './use-cases/log/daily-leaves.js';
export { makeDailyStatements, type SignStatement } from './use-cases/log/daily-statements.js';
export { eraseOpenings } from './use-cases/log/erase.js';
export {
  type ExportedValue,
  type ExportPage,
  exportLog,
  exportLogAsSide,
} from './use-cases/log/export-log.js';
export {
  addExportTarget,
  type ExportTargetView,
  listExportTargets,
  removeExportTarget,
} from './use-cases/log/export-targets.js';
export { liftLegalHold, setLegalHold } from './use-cases/log/legal-holds.js';
export { getLogSettings, setLogSettings } from './use-cases/log/log-settings.js';
export {
  missingWitnesses,
  noticeMissingWitnesses,
} from './use-cases/log/missing-witnesses.js';
export { pruneLogs } from './use-cases/log/prune-logs.js';
export {
  listEvents,
  listRecords,
  readLogPoint,
  readOpenings,
  readOpeningsFrom,
  readWholeLog,
} from './use-cases/log/read-log.js';
export {
  type KnownCheckpoint,
  type RestoredLog,
  restoreLogs,
} from './use-cases/log/restore-logs.js';
export {
  beginLogKeyRotation,
  continueLogKeyRotation,
  LOG_KEY_OVERLAP_SECONDS,
} from './use-cases/log/rotate-log-key.js';
export type { StatementSpan } from './use-cases/log/statement-facts.js';
export { getStatement, headsWanted, listStatements, readStatement } from './use-cases/log/statements.js';
export { stopLog } from './use-cases/log/stop-log.js';
export {
  addNoticeAddress,
  changeNoticeTopics,
  confirmNoticeAddress,
  listNoticeAddresses,
  removeNoticeAddress,
} from './use-cases/notices/notice-addresses.js';
export { getsNotice, topicOf } from './use-cases/notices/notice-topics.js';
export { listNotices, retryNotice } from './use-cases/notices/notices-admin.js';
export {
  isPersonalNotice,
  notifiedPersons,
  type PersonalNoticeKind,
} from './use-cases/notices/personal-notices.js';
export { personalTopic } from './use-cases/notices/personal-topics.js';
export { applyOrganisation, readWholeOrganisation } from './use-cases/organisation/apply-organisation.js';
export { changedMembers } from './use-cases/organisation/changed-members.js';
export {
  getPerson,
  getService,
  listServices,
  organisationNames,
} from './use-cases/organisation/directory.js';
export {
  previewOrganisation,
  readOrganisationInForce,
} from './use-cases/organisation/organisation-file.js';
export { organisationHash } from './use-cases/organisation/organisation-hash.js';
export type { OrganisationChange } from './use-cases/organisation/plan/organisation-step.js';
export {
  type ControlsChangeView,
  type ControlsFacts,
  type ControlsView,
  getPrivacyControls,
  setPrivacyControls,
} from './use-cases/organisation/privacy-controls.js';
export {
  addTenantPerson,
  changeTenantPerson,
  listTenantPeople,
  type PersonChangeView,
  removeTenantPerson,
} from './use-cases/organisation/tenant-people.js';
export {
  type ControlsTest,
  testPrivacyControls,
} from './use-cases/organisation/test-controls.js';
export {
  confirmWidening,
  draftWideningStatement,
  getWidening,
  listWidenings,
  type WideningView,
  withdrawWidening,
} from './use-cases/organisation/widenings.js';
export {
  type Preferences,
  readChosenZone,
  readPreferences,
  savePreferences,
} from './use-cases/personal/preferences.js';
export {
  addPushSubscription,
  listPushSubscriptions,
  readPushKey,
  removePushSubscription,
} from './use-cases/personal/push-subscriptions.js';
export { deleteTemplate, listTemplates, saveTemplate } from './use-cases/personal/templates.js';
export { runPractices } from './use-cases/practices/practice-job.js';
export {
  answerPractice,
  getPractice,
  listPractices,
  openPracticeNow,
  type PracticeAnswer,
  type PracticeSummary,
  type PracticeView,
  readOwnPractice,
} from './use-cases/practices/practices.js';
export {
  changeProvisionedGroup,
  createProvisionedGroup,
  findProvisionedGroups,
  getProvisionedGroup,
  type ProvisionedGroupInput,
  readProvisionedGroups,
  removeProvisionedGroup,
} from './use-cases/provisioning/scim-groups.js';
export {
  authenticateScimToken,
  createScimToken,
  revokeScimToken,
} from './use-cases/provisioning/scim-tokens.js';
export {
  changeProvisionedUser,
  createProvisionedUser,
  findProvisionedUsers,
  getProvisionedUser,
  type ProvisionedUser,
  type ProvisionedUserInput,
  readProvisionedUsers,
  removeProvisionedUser,
} from './use-cases/provisioning/scim-users.js';
export { draftApprovalStatement } from './use-cases/requests/approval-statements.js';
export { cancelRequest } from './use-cases/requests/cancel-request.js';
export type { AccessRequestInput } from './use-cases/requests/draft-terms.js';
export { listRequests } from './use-cases/requests/list-requests.js';
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
} from './use-cases/requests/read-requests.js';
export { requestAccess } from './use-cases/requests/request-access.js';
export {
  answerQuestion,
  askRequester,
  forwardRequest,
} from './use-cases/requests/request-notes.js';
export { acceptOffer } from './use-cases/requests/request-transitions.js';
export { reviewRequest } from './use-cases/requests/review-request.js';
export type { ShownChange } from './use-cases/requests/shown-change.js';
export { NOTICES_KEPT_DAYS, prune, SLACK_POSTS_KEPT_DAYS } from './use-cases/scheduler/prune.js';
export { remindTrust } from './use-cases/scheduler/remind-trust.js';
export { runDueTransitions } from './use-cases/scheduler/run-due-transitions.js';
export {
  type ApiKeyView,
  authenticateApiKey,
  createApiKey,
  createOwnApiKey,
  listOwnApiKeys,
  revokeApiKey,
  revokeOwnApiKey,
} from './use-cases/sessions/api-keys.js';
export {
  authenticateSession,
  endSession,
  idleEnd,
  isActiveSession,
  listSessions,
  type SessionLimits,
  type StartedSession,
  startSessionIn,
} from './use-cases/sessions/sessions.js';
export {
  authenticateAddress,
  type ProvidedIdentity,
  type SignInRefusal,
  type SignInTo,
  signInByProvider,
} from './use-cases/sessions/sign-in.js';
export { beginStrengthening, strengthenSession } from './use-cases/sessions/strengthen-session.js';
export type { Deps, SigningDeps } from './use-cases/shared/deps.js';
export { hexDigest, makeMailedCode, randomText, readMailedCode } from './use-cases/shared/secrets.js';
export {
  receiveSignal,
  SIGNAL_MAX_AGE,
  SIGNAL_MAX_SKEW,
} from './use-cases/signals/receive-signal.js';
export {
  findPersonBySlackAccount,
  findTenantsMatchingEmail,
  isKnownWorkspace,
  linkByEmail,
  linkSlackAccount,
  listSlackAccounts,
  requireMayLinkSlack,
  type SlackIds,
  type SlackProfile,
  unlinkSlackAccount,
} from './use-cases/slack/slack-accounts.js';
export {
  endInstallation,
  type GivenInstallation,
  keepInstallation,
  listInstallations,
} from './use-cases/slack/slack-installations.js';
export { readStanding, type StandingView } from './use-cases/standing/read-standing.js';
export { resumeGrant } from './use-cases/supervision/pauses.js';
export { type LoggedCrossing, readCrossing } from './use-cases/supervision/read-crossing.js';
export {
  listReports,
  publishReport,
  readOwnReport,
  readReport,
  type SignReport,
  traceFigure,
} from './use-cases/transparency/transparency-reports.js';
export {
  addRecoveryKey,
  confirmPasskey,
  type ListedPasskey,
  type ListedRecoveryKey,
  listAuthenticators,
  removePasskey,
} from './use-cases/trust/authenticators.js';
export {
  beginEnrolment,
  type EnrolmentBegun,
  enrolPasskey,
  type ProvenPasskey,
  relyingPartyOf,
} from './use-cases/trust/enrol-passkey.js';
export { receiveRelayedStop } from './use-cases/trust/relayed-stops.js';
export { cancelOwnReset, cancelReset, resetTrust } from './use-cases/trust/reset-trust.js';
export { signTrust } from './use-cases/trust/sign-trust.js';
export {
  draftLiftStatement,
  draftStopStatement,
  liftStop,
  listStops,
  setStop,
} from './use-cases/trust/stops.js';
export {
  type ProposalView,
  proposeTrust,
  readTrustDraft,
  withdrawProposal,
} from './use-cases/trust/trust-proposals.js';
export { getTrust, type TrustView } from './use-cases/trust/trust-view.js';
