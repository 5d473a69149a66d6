import { AccessRecordEntity } from './access-record.entity.js';
import {
  AccessReviewEntity,
  AccessReviewItemEntity,
  AccessReviewScheduleEntity,
} from './access-review.entity.js';
import { BrowserSessionEntity } from './browser-session.entity.js';
import { BudgetLeaseEntity } from './budget-lease.entity.js';
import { BypassReportEntity } from './bypass-report.entity.js';
import { BrokerLeaseEntity, ContinuityEntity } from './continuity.entity.js';
import { ApiKeyEntity, GatewayEntity, SigningKeyEntity } from './credentials.entity.js';
import { FeedChangeEntity, IdempotentAnswerEntity, NoticeEntity } from './delivery.entity.js';
import {
  DemandDocumentEntity,
  DemandEntity,
  DemandKeyEntity,
  DemandStepEntity,
  DemandTenantEntity,
  SealedLogEntity,
} from './demand.entity.js';
import { DeploymentEntity, LegalTransitionEntity } from './deployment.entity.js';
import { DisclosureEntity } from './disclosure.entity.js';
import { ExportTargetEntity } from './export-target.entity.js';
import { GrantEntity } from './grant.entity.js';
import { IncidentEntity, IncidentTenantEntity } from './incident.entity.js';
import { InvitationEntity } from './invitation.entity.js';
import { IsolationRunEntity } from './isolation.entity.js';
import { LockEntity } from './lock.entity.js';
import {
  EventEntity,
  LogCheckpointEntity,
  LogHandOverEntity,
  LogHeadEntity,
  LogNodeEntity,
  LogSightingEntity,
  OpeningEntity,
  WitnessStateEntity,
} from './log.entity.js';
import { DaySealEntity, LogDaysEntity, OpenedLeafEntity, SealedLeafEntity } from './log-days.entity.js';
import {
  ErasureEntity,
  HeadWantEntity,
  LegalHoldEntity,
  LogSettingsEntity,
  StatementEntity,
} from './log-keeping.entity.js';
import { NoticeAddressEntity } from './notice-address.entity.js';
import { DeliveryQueueEntity, NoticeDeliveryEntity } from './notice-delivery.entity.js';
import { RouteMapEntity, ServiceEntity, TenantEntity, VendorEntity } from './organisation.entity.js';
import { PersonEntity } from './person.entity.js';
import { NoticeChoicesEntity, RequestTemplateEntity } from './personal.entity.js';
import { PracticeEntity, PracticeRequestEntity, PracticeScheduleEntity } from './practice.entity.js';
import { PushSubscriptionEntity } from './push-subscription.entity.js';
import { RecordChainEntity } from './record-chain.entity.js';
import { PublishedReportEntity } from './report.entity.js';
import { RequestEntity } from './request.entity.js';
import { RequestNoteEntity } from './request-note.entity.js';
import { RequestWordEntity } from './request-word.entity.js';
import { ReviewEntity, VoidedReviewEntity } from './review.entity.js';
import { ScimGroupEntity, ScimMemberEntity, ScimTokenEntity, ScimUserEntity } from './scim.entity.js';
import {
  IdentityEntity,
  ReceivedSignalEntity,
  SessionEntity,
  SignInAttemptEntity,
} from './sign-in.entity.js';
import {
  SlackAccountEntity,
  SlackInstallationEntity,
  SlackPostEntity,
  SlackSeenEntity,
} from './slack.entity.js';
import { SupervisionCountEntity } from './supervision.entity.js';
import {
  PasskeyEntity,
  RecoveryKeyEntity,
  RelayedStopEntity,
  StopEntity,
  TrustProposalEntity,
  TrustReminderEntity,
  TrustResetEntity,
  TrustSignatureEntity,
  TrustVersionEntity,
} from './trust.entity.js';
import { WideningEntity } from './widening.entity.js';

export const ENTITIES = [
  AccessReviewEntity,
  AccessReviewItemEntity,
  AccessReviewScheduleEntity,
  NoticeAddressEntity,
  BypassReportEntity,
  PracticeEntity,
  PracticeRequestEntity,
  PracticeScheduleEntity,
  AccessRecordEntity,
  ApiKeyEntity,
  BrokerLeaseEntity,
  BudgetLeaseEntity,
  ContinuityEntity,
  DaySealEntity,
  DemandDocumentEntity,
  DemandEntity,
  DemandKeyEntity,
  DemandStepEntity,
  DemandTenantEntity,
  DeploymentEntity,
  DisclosureEntity,
  WideningEntity,
  ErasureEntity,
  EventEntity,
  ExportTargetEntity,
  FeedChangeEntity,
  GatewayEntity,
  GrantEntity,
  HeadWantEntity,
  IdempotentAnswerEntity,
  IdentityEntity,
  IncidentEntity,
  IncidentTenantEntity,
  InvitationEntity,
  IsolationRunEntity,
  PublishedReportEntity,
  LegalHoldEntity,
  LegalTransitionEntity,
  LockEntity,
  LogCheckpointEntity,
  LogDaysEntity,
  LogHandOverEntity,
  LogHeadEntity,
  LogNodeEntity,
  LogSightingEntity,
  LogSettingsEntity,
  NoticeChoicesEntity,
  NoticeDeliveryEntity,
  DeliveryQueueEntity,
  NoticeEntity,
  OpeningEntity,
  OpenedLeafEntity,
  PasskeyEntity,
  PersonEntity,
  PushSubscriptionEntity,
  ReceivedSignalEntity,
  RecordChainEntity,
  RecoveryKeyEntity,
  RequestEntity,
  RequestNoteEntity,
  RequestTemplateEntity,
  RequestWordEntity,
  SupervisionCountEntity,
  BrowserSessionEntity,
  ReviewEntity,
  RouteMapEntity,
  ScimGroupEntity,
  ScimMemberEntity,
  ScimTokenEntity,
  ScimUserEntity,
  ServiceEntity,
  SealedLeafEntity,
  SealedLogEntity,
  SessionEntity,
  SignInAttemptEntity,
  SigningKeyEntity,
  SlackAccountEntity,
  SlackInstallationEntity,
  SlackPostEntity,
  SlackSeenEntity,
  RelayedStopEntity,
  StatementEntity,
  StopEntity,
  TenantEntity,
  TrustProposalEntity,
  TrustReminderEntity,
  TrustResetEntity,
  TrustSignatureEntity,
  TrustVersionEntity,
  VendorEntity,
  VoidedReviewEntity,
  WitnessStateEntity,
];
