export {
  type AccessRecordView,
  type MemberOf,
  type MemberOfLeaf,
  membersOfRecord,
  NO_OUTCOME,
  NOTHING_MORE,
  OUTCOME_MEMBERS,
  type OutcomeMember,
  RARE_OUTCOME_MEMBERS,
  type RareOutcomeMember,
  type RecordKind,
} from './access-record.js';
export {
  MOST_STATED_ACCESSES,
  type StatementException,
  type StatementFacts,
  type StatementGateway,
} from './access-statement.js';
export { isLoopback, isLoopbackHost, kindOfAddress, mayConnect, withoutBrackets } from './addresses.js';
export { BYPASS_KINDS, type BypassKind, MAX_BYPASSED_CALLS } from './bypass.js';
export { decodeBase64url, encodeBase64url } from './encoding/base64url.js';
export { canonicalJson, isWellFormed } from './encoding/canonical-json.js';
export { commit, isCommitment, normaliseText, type Opening, openCommitment } from './encoding/commitment.js';
export { type Hashing, isDigest, sha256Digest, utf8 } from './encoding/digest.js';
export {
  codePointNumber,
  hasHiddenCharacters,
  showHiddenCharacters,
} from './encoding/hidden-characters.js';
export { readStrictForm } from './encoding/strict-form.js';
export {
  decodeStrictUtf8,
  hasDuplicateMember,
  readStrictJson,
  readStrictJsonText,
} from './encoding/strict-json.js';
export { jwsToSign, signWith, type ToSign } from './encoding/to-sign.js';
export { ContractError, jsonPointer } from './errors.js';
export { expandEventTypes, MOST_LISTED } from './event-types.js';
export { EVENT_FORMS } from './events/forms.js';
export {
  type AnyEventData,
  type CommittedName,
  EVENTS,
  type EventData,
  type EventMember,
  type EventOf,
  type EventType,
  eventProblem,
} from './events/index.js';
export { EVENT_TYPES } from './events/names.js';
export {
  DEPLOYMENT_SLUG,
  GATEWAY_PATHS,
  type IdPrefix,
  isAction,
  isId,
  isSealedLog,
  isServiceName,
  isSlug,
  isTenantSlug,
  sealedLogName,
} from './identifiers.js';
export { ERASURE_DAYS, RETENTION_DAYS, TILE_WIDTH } from './log-keeping.js';
export { isNetwork, prefixThatContains } from './network.js';
export {
  carriesDuty,
  DELIVERY_CHANNELS,
  type DeliveryChannel,
  DUTIES,
  NOTICE_WAYS,
  type NoticeWay,
  PERSONAL_TOPICS,
  type PersonalTopic,
} from './notices/channels.js';
export { NOTICE_TOPICS, type NoticeTopic } from './notices/declaration.js';
export {
  declarationOf,
  isMailedAs,
  isPersonalNotice,
  type MailedKind,
  type News,
  NOTICES,
  type NoticeKind,
  type NoticeKindWith,
  noticePath,
  type PersonalNoticeKind,
} from './notices/notices.js';
export { STALE_ANSWERS, type StaleAnswers } from './notices/stale-answers.js';
export {
  API_KEY_DAYS,
  BACKGROUND_HEADER,
  BROWSER_OPEN_PATH,
  browserAddress,
  STREAM_ALIVE,
  safeLocalPath,
} from './pages.js';
export { type EveryMember, presentMembers } from './present-members.js';
export { REQUEST_REFUSALS, type RequestRefusalCode } from './refusals.js';
export { foldText } from './resource/fold.js';
export {
  isResource,
  isResourcePattern,
  MAX_RESOURCE_LENGTH,
  mayBeReadAs,
  resourceCovers,
  resourceMatches,
  resourcesOverlap,
} from './resource/resource.js';
export {
  ANY_ACTION,
  type ForbidRule,
  forbidsCall,
  forbidsEntry,
  MAX_SCOPE_ENTRIES,
  normaliseScope,
  type ScopeEntry,
  scopeAllows,
  scopeNarrows,
} from './resource/scope.js';
export { segmentOf } from './resource/segment.js';
export { type ByteRange, bytesOfContentRange, readByteRange } from './route/byte-range.js';
export { CALL_MODES, type CallMode } from './route/call-mode.js';
export { allowedOrigin, type CorsRules, corsSchema } from './route/cors.js';
export { type DatabaseAddress, databaseAddress, isDatabase, sqlRoute } from './route/database.js';
export {
  HOP_BY_HOP,
  isRefusedHeader,
  isSentByEveryClient,
  mayBeListed,
  namesSecondObject,
  PASSED_BY_DEFAULT,
  passesByDefault,
} from './route/headers.js';
export { FILES_PATH, fileHostsSchema, isLocalFileHost } from './route/linked-files.js';
export { ANY_MEMBER, fieldNames, isJsonType, MAX_FIELD_POINTER } from './route/masked-fields.js';
export {
  type CompiledRouteMap,
  compileRouteMap,
  matchRoute,
  operationsAt,
  type RouteMatch,
  takesOperation,
} from './route/match.js';
export {
  type OperationCall,
  type OperationReason,
  operationFromProcess,
  readOperation,
} from './route/operation-call.js';
export {
  isParameterPattern,
  parameterName,
  parameterPattern,
  pathSegments,
  plainPath,
} from './route/path-template.js';
export { type PersistedOperation, persistedOperationSchema, routeName } from './route/persisted-operation.js';
export { findRouteMapProblems, writesUnchecked } from './route/problems.js';
export {
  actionsOutsideScope,
  headersOfRoute,
  hiddenFields,
  listsQuery,
  mayRepeat,
  type Route,
  routeMapHash,
  routeResourcePattern,
  routesOfScopes,
  type ServiceDefinition,
  SHARED,
  serviceDefinitionSchema,
  TENANT_FROM,
  type TenantFrom,
} from './route/route-map.js';
export { routeMapChanges } from './route/route-map-changes.js';
export { samePathProblems } from './route/same-paths.js';
export {
  CONTEXT_MODES,
  type ContextMode,
  findUpstreamProblems,
  serviceOriginSchema,
  type UpstreamSettings,
  type UpstreamTls,
  upstreamTlsSchema,
} from './route/upstream-settings.js';
export {
  encodeSealedDay,
  openThrough,
  parseSealedDay,
  SEAL,
  SEALED_DAY_BYTES,
  type SealedDay,
  type SealedHead,
} from './sealed-day.js';
export {
  APPROVAL_TYPE,
  type ApprovalStatement,
  approvalSchema,
  parseApproval,
} from './statement/approval.js';
export {
  INVITATION_TYPE,
  type InvitationStatement,
  type InvitedTerms,
  invitationMismatches,
  invitationSchema,
  invitedSpan,
  MAX_REQUESTERS,
  nextInvited,
  parseInvitation,
} from './statement/invitation.js';
export type { LogPoint } from './statement/members.js';
export {
  type CheckedPinsStatement,
  checkPinsStatement,
  isPinsNonce,
  PINS_STATEMENT_TYPE,
  type PinsStatement,
  type PinsStatementProblem,
} from './statement/pins-statement.js';
export {
  offeredPracticeSchema,
  PRACTICE_ACTIONS,
  PRACTICE_RESOURCES,
  PRACTICE_SECONDS,
  PRACTICE_TYPE,
  type PracticeAsk,
  type PracticeStatement,
  parsePractice,
  rightPracticeAnswer,
} from './statement/practice.js';
export {
  MAX_PRESENCE_SECONDS,
  PRESENCE_TYPE,
  type PresenceStatement,
  presenceSchema,
} from './statement/presence.js';
export { type PasskeyJwk, passkeyJwk, type RecoveryJwk, recoveryJwk } from './statement/public-key.js';
export {
  isRecurrence,
  nextOccurrence,
  occurrenceAt,
  occurrenceSeconds,
  type Recurrence,
  recurrenceSchema,
} from './statement/recurrence.js';
export {
  parseSignature,
  parseSignedTrustDocument,
  RECOVERY_CREDENTIAL,
  type Signature,
  type SignedTrustDocument,
  type Statement,
  signatureSchema,
} from './statement/signature.js';
export { recoverySignedBytes, statementChallenge, statementHash } from './statement/signed-bytes.js';
export {
  LIFT_TYPE,
  type LiftStatement,
  liftSchema,
  MAX_STOP_SECONDS,
  parseLift,
  parseStop,
  STOP_TYPE,
  type StopStatement,
  stopSchema,
} from './statement/stop.js';
export {
  type AcceptedBasis,
  isOriginOf,
  MAX_APPROVALS,
  type Passkey,
  parseTrustDocument,
  TRUST_TYPE,
  type TrustDocument,
  trustDocumentSchema,
  WITNESS_GRACE_SECONDS,
} from './statement/trust-document.js';
export {
  parseWidening,
  WIDENING_TYPE,
  type WideningStatement,
  wideningSchema,
} from './statement/widening.js';
export { termsNarrow, termsWidenings } from './terms/narrow.js';
export { latestDecisionAfterPause, MAX_PAUSE_SECONDS } from './terms/pause.js';
export {
  EMPLOYMENT_KINDS,
  type EmploymentKind,
  FACT_NAMES,
  type FactName,
  isCountryCode,
  isEntityName,
  isRequesterFacts,
  type RequesterFact,
  type RequesterFacts,
  readFact,
  requesterFactsSchema,
} from './terms/requester-facts.js';
export type { Budget, Change, StatedTerms, Terms } from './terms/terms.js';
export {
  CHANGE_IS_ONE_CALL,
  canonicalTerms,
  changeSchema,
  latestEndOfTerms,
  MAX_TOKEN_BYTES,
  parseTerms,
  requireTermsFit,
  termsCommitments,
  termsDigest,
  termsSchema,
  termsTokenBytes,
} from './terms/terms.js';
export {
  openedTexts,
  TERMS_COMMITMENTS,
  TERMS_TEXTS,
  type TermsCommitment,
  type TermsText,
} from './terms/texts.js';
export { isTicketPattern, matchesTicket } from './ticket-pattern.js';
export {
  CLOCK_SKEW_MS,
  daysAfter,
  formatDuration,
  INSTANT,
  isCalendarDay,
  isInstant,
  parseDuration,
  toInstant,
  utcDay,
} from './time.js';
export {
  BASES,
  type Basis,
  CONTROL_MODES,
  type ControlMode,
  FINAL_REQUEST_STATES,
  GRANT_ACCESS,
  GRANT_END_REASONS,
  GRANT_STATES,
  type GrantAccess,
  type GrantEndReason,
  type GrantState,
  INVITATION_STATES,
  type InvitationState,
  LOCK_KINDS,
  LOCKABLE_KINDS,
  type LockableKind,
  type LockKind,
  OPEN_REQUEST_STATES,
  PROPOSAL_STATES,
  type ProposalState,
  REASON_CODES,
  REQUEST_NOTE_KINDS,
  REQUEST_STATES,
  REVIEW_DECISIONS,
  type RequestNoteKind,
  type RequestState,
  type ReviewDecision,
  type ReviewSide,
  RISK_LEVELS,
  type RiskLevel,
  SIDES,
  STARTS_ON,
  type StartsOn,
  SUPERVISED,
  SUPERVISION_ACTIONS,
  type Supervised,
  type SupervisionAction,
  WAITS_FOR,
  type WaitsFor,
  WIDENING_STATES,
  type WideningState,
} from './vocabulary/access.js';
export { LANGUAGES, type Language, pickLanguage } from './vocabulary/languages.js';
export {
  ACCESS_KINDS,
  type AccessKind,
  CALL_DECISIONS,
  CALL_OUTCOMES,
  COVERAGE_STATES,
  type CoverageState,
  CREDENTIAL_KINDS,
  type CredentialKind,
  DAILY_STATEMENTS,
  type DailyStatement,
  EXPORT_CONTENTS,
  EXPORT_FORMATS,
  EXPORT_KINDS,
  type ExportContent,
  type ExportFormat,
  type ExportKind,
  ISOLATION_SURFACES,
  type IsolationSurface,
  type RecordedDecision,
} from './vocabulary/log.js';
export {
  API_KEY_STATES,
  type ApiKeyState,
  ASSURANCES,
  type Assurance,
  CHANNELS,
  type Channel,
  FACT_SOURCES,
  type FactSource,
  SESSION_ASSURANCES,
  SESSION_KINDS,
  type SessionKind,
  TENANT_ROLES,
  type TenantRole,
  VENDOR_ROLES,
  type VendorRole,
} from './vocabulary/people.js';
export { PERMISSIONS, type Permission } from './vocabulary/permissions.js';
export {
  DEMAND_KINDS,
  DEMAND_STATES,
  DEMAND_STEP_ACTIONS,
  type DemandKind,
  type DemandState,
  type DemandStepAction,
  DISCLOSURE_ANSWERS,
  DISCLOSURE_STATES,
  type DisclosureAnswerKind,
  type DisclosureState,
  ITEM_DECISIONS,
  type ItemDecision,
  KEPT_REASONS,
  type KeptReason,
  PRACTICE_RESULTS,
  type PracticeResult,
  REDIRECT_OUTCOMES,
  REVIEW_OUTCOMES,
  REVIEWED_KINDS,
  type RedirectOutcome,
  type ReviewedKind,
  type ReviewOutcome,
} from './vocabulary/reviews.js';
export { isZone, WEEKDAYS, type Weekday, wallClock } from './wall-clock.js';
