export type { AccessReviewRepository, ItemOutcome } from './access-reviews.js';
export type { BypassReportRepository } from './bypass-reports.js';
export type { BrokerLease, ContinuityRepository } from './continuity.js';
export type {
  DemandRepository,
  ListedDemand,
  SealedLog,
  SealedLogRepository,
} from './demands.js';
export type {
  ApiKeysUnit,
  ControlsUnit,
  DemandsUnit,
  DeploymentPorts,
  ExportSetupUnit,
  FeedUnit,
  GatewaysUnit,
  NoticesReadUnit,
  PasskeysUnit,
  PersonalUnit,
  ScimTokensUnit,
  SessionsUnit,
  SlackSetupUnit,
  StandingUnit,
} from './deployment.js';
export type { ExportTargetRepository } from './exports.js';
export type {
  EnrolledGateway,
  FeedChange,
  FeedChangeKind,
  FeedChanges,
  FeedEpochs,
  FeedReads,
  GatewayPin,
  GatewayRepository,
  PublishedGrant,
  SigningKeyRepository,
  StoredKey,
} from './gateways.js';
export type { IncidentRepository } from './incidents.js';
export type { IsolationRepository } from './isolation.js';
export type {
  ChainName,
  ChainVouch,
  CheckpointRepository,
  DailyStatementRow,
  DraftOf,
  ErasedCopies,
  ErasureRepository,
  EventDraft,
  EventLog,
  EventReads,
  HandOverRepository,
  LogHead,
  LogSettingsRepository,
  MissingHandOver,
  RecordChain,
  RecordOutcome,
  RecordRepository,
  ResourceUse,
  SeenCheckpoint,
  SignedLog,
  StatementRepository,
  StoredCheckpoint,
  StoredEvent,
  TimedLeaf,
  TimedLeaves,
  TimeSpan,
  WitnessState,
} from './log.js';
export type {
  DaySeal,
  DeploymentPoint,
  DueDay,
  LogDays,
  LogDaysRepository,
  OpenedLeaf,
  SealedDraft,
  SealedLeaf,
  SealingDraft,
} from './log-days.js';
export type { NoticeAddressRepository } from './notice-addresses.js';
export {
  type AddressedNotice,
  type ClaimedMessage,
  type Delivered,
  type DeliveredPart,
  type Delivery,
  DeliveryFailure,
  type DeliveryOutcome,
  type DeliveryQueues,
  type DeliveryRepository,
  type DeliveryState,
  type EndedMessage,
  type MessageDraft,
  type MessagePart,
  type Notice,
  type NoticeChannel,
  type NoticeDraft,
  type NoticeView,
  type Outbox,
  type OutboxRepository,
  type PersonalRecipient,
  type PrunedBatch,
} from './notices.js';
export type {
  MailReader,
  OrganisationRepository,
  OrganisationView,
  WholeOrganisation,
} from './organisation.js';
export type {
  PreferenceRepository,
  PushSubscriptionRepository,
  RequestTemplateRepository,
} from './personal.js';
export type { PracticeRepository } from './practices.js';
export type { PublishedReport, ReportRepository } from './reports.js';
export type { AllOf, ListFilter, Located, Page, PageQuery } from './repository.js';
export type { ScimGroupRepository, ScimTokenRepository, ScimUserRepository } from './scim.js';
export type {
  ApiKeyRepository,
  Identity,
  IdentityRepository,
  Session,
  SessionRepository,
  SignalRepository,
  SignInAttempt,
  SignInAttemptRepository,
} from './sign-in.js';
export type { Objection, SignatureRules } from './signature-rules.js';
export { KEY_ALGORITHMS, type KeyUse, type NewKey, type Signer, type Signers } from './signers.js';
export type {
  SlackAccount,
  SlackAccountRepository,
  SlackInstallation,
  SlackInstallationRepository,
  SlackLinkWay,
  SlackPost,
  SlackPostRepository,
  SlackSeenRepository,
} from './slack.js';
export type { CredentialRepository, LiveCredential } from './standing.js';
export type { IdempotencyKey, Store, UnitOptions, Whereabouts } from './store.js';
export type { Clock, Ids, Randomness } from './system.js';
export type {
  AuthenticatorRepository,
  RelayedStopRepository,
  StopRepository,
  TrustRepository,
} from './trust.js';
export type {
  DeploymentRepositories,
  DirectoryRepository,
  DueObjects,
  IdempotencyRepository,
  LockUnit,
  Owner,
  ReadUnit,
  ScheduleRepository,
  TenantRepositories,
  TenantUnit,
  VendorReadUnit,
  VendorUnit,
} from './units.js';
export type { WideningRepository } from './widenings.js';
export type {
  BrowserSessionRepository,
  DisclosureRepository,
  FoundRequest,
  GrantBasis,
  GrantRepository,
  GrantUse,
  InvitationRepository,
  LeaseRepository,
  LeaseUse,
  LockRepository,
  NamedOpening,
  OpeningRepository,
  RequestNoteRepository,
  RequestRepository,
  RequestWordRepository,
  ReviewRepository,
  SearchedText,
  SupervisionRepository,
} from './workflow.js';
