import type { MigrationInterface } from 'typeorm';
import { Initial1798900000000 } from './1798900000000-initial.js';
import { SignIn1799000001000 } from './1799000001000-sign-in.js';
import { ApiKeySignIns1799000002000 } from './1799000002000-api-key-sign-ins.js';
import { Signals1799000003000 } from './1799000003000-signals.js';
import { Scim1799000003100 } from './1799000003100-scim.js';
import { Sides1799000003200 } from './1799000003200-sides.js';
import { DroppedHeaders1799000004000 } from './1799000004000-dropped-headers.js';
import { GatewayBinding1799000005000 } from './1799000005000-gateway-binding.js';
import { LogProofs1799000008000 } from './1799000008000-log-proofs.js';
import { LogDays1799000011000 } from './1799000011000-log-days.js';
import { LogHandOvers1799000012000 } from './1799000012000-log-hand-overs.js';
import { LogContinuity1799000012100 } from './1799000012100-log-continuity.js';
import { Pruning1799000013000 } from './1799000013000-pruning.js';
import { Erasure1799000013100 } from './1799000013100-erasure.js';
import { Statements1799000013200 } from './1799000013200-statements.js';
import { Retention1799000013300 } from './1799000013300-retention.js';
import { ExportTargets1799000014000 } from './1799000014000-export-targets.js';
import { RolesSince1799000015000 } from './1799000015000-roles-since.js';
import { PrunedUntil1799000017000 } from './1799000017000-pruned-until.js';
import { UpstreamSettings1799000018000 } from './1799000018000-upstream-settings.js';
import { RecordContexts1799000018100 } from './1799000018100-record-contexts.js';
import { ApprovalStages1799000020000 } from './1799000020000-approval-stages.js';
import { ReasonCodes1799000020100 } from './1799000020100-reason-codes.js';
import { Emergencies1799000021000 } from './1799000021000-emergencies.js';
import { RequestNotes1799000021100 } from './1799000021100-request-notes.js';
import { Incidents1799000021200 } from './1799000021200-incidents.js';
import { Demands1799000022000 } from './1799000022000-demands.js';
import { LegalAccess1799000022100 } from './1799000022100-legal-access.js';
import { SealedSubLog1799000022200 } from './1799000022200-sealed-sub-log.js';
import { Coverage1799000023000 } from './1799000023000-coverage.js';
import { Isolation1799000023100 } from './1799000023100-isolation.js';
import { TransparencyReports1799000023200 } from './1799000023200-transparency-reports.js';
import { SealedLogs1799000043000 } from './1799000043000-sealed-logs.js';
import { Widenings1799000045000 } from './1799000045000-widenings.js';
import { AccessReviews1799000046000 } from './1799000046000-access-reviews.js';
import { Supervision1799000047000 } from './1799000047000-supervision.js';
import { RecordTenantFrom1799000049000 } from './1799000049000-record-tenant-from.js';
import { PinReports1799000051000 } from './1799000051000-pin-reports.js';
import { PersonFacts1799000055000 } from './1799000055000-person-facts.js';
import { RecordFacts1799000055100 } from './1799000055100-record-facts.js';
import { Practices1799000057000 } from './1799000057000-practices.js';
import { NoticeAddresses1799000057100 } from './1799000057100-notice-addresses.js';
import { BrowserSessions1799000058000 } from './1799000058000-browser-sessions.js';
import { BrowserWebSession1799000059000 } from './1799000059000-browser-web-session.js';
import { RecordSentHash1799000064000 } from './1799000064000-record-sent-hash.js';
import { RecordFile1799000064100 } from './1799000064100-record-file.js';
import { RecordMasking1799000065000 } from './1799000065000-record-masking.js';
import { BypassReports1799000068000 } from './1799000068000-bypass-reports.js';
import { RequestWords1799000071000 } from './1799000071000-request-words.js';
import { PersonZone1799000074000 } from './1799000074000-person-zone.js';
import { RequestTemplates1799000075000 } from './1799000075000-request-templates.js';
import { Preferences1799000076000 } from './1799000076000-preferences.js';
import { PushSubscriptions1799000077000 } from './1799000077000-push-subscriptions.js';
import { GatewayVersions1799000078500 } from './1799000078500-gateway-versions.js';
import { PersonWidenings1799000078600 } from './1799000078600-person-widenings.js';
import { Domains1799000078700 } from './1799000078700-domains.js';
import { Continuity1799000079000 } from './1799000079000-continuity.js';
import { DeliveryQueues1799000080000 } from './1799000080000-delivery-queues.js';
import { CosignedCheckpoints1799000081000 } from './1799000081000-cosigned-checkpoints.js';
import { ScimExternalIds1799000082000 } from './1799000082000-scim-external-ids.js';

/** In the order in which they run. A released migration never changes: test/contract/frozen-migrations.spec.ts. */
export const MIGRATIONS: (new () => MigrationInterface & { name: string })[] = [
  Initial1798900000000,
  SignIn1799000001000,
  ApiKeySignIns1799000002000,
  Signals1799000003000,
  Scim1799000003100,
  Sides1799000003200,
  DroppedHeaders1799000004000,
  GatewayBinding1799000005000,
  LogProofs1799000008000,
  LogDays1799000011000,
  LogHandOvers1799000012000,
  LogContinuity1799000012100,
  Pruning1799000013000,
  Erasure1799000013100,
  Statements1799000013200,
  Retention1799000013300,
  ExportTargets1799000014000,
  RolesSince1799000015000,
  PrunedUntil1799000017000,
  UpstreamSettings1799000018000,
  RecordContexts1799000018100,
  ApprovalStages1799000020000,
  ReasonCodes1799000020100,
  Emergencies1799000021000,
  RequestNotes1799000021100,
  Incidents1799000021200,
  Demands1799000022000,
  LegalAccess1799000022100,
  SealedSubLog1799000022200,
  Coverage1799000023000,
  Isolation1799000023100,
  TransparencyReports1799000023200,
  SealedLogs1799000043000,
  Widenings1799000045000,
  AccessReviews1799000046000,
  Supervision1799000047000,
  RecordTenantFrom1799000049000,
  PinReports1799000051000,
  PersonFacts1799000055000,
  RecordFacts1799000055100,
  Practices1799000057000,
  NoticeAddresses1799000057100,
  BrowserSessions1799000058000,
  BrowserWebSession1799000059000,
  RecordSentHash1799000064000,
  RecordFile1799000064100,
  RecordMasking1799000065000,
  BypassReports1799000068000,
  RequestWords1799000071000,
  PersonZone1799000074000,
  RequestTemplates1799000075000,
  Preferences1799000076000,
  PushSubscriptions1799000077000,
  GatewayVersions1799000078500,
  PersonWidenings1799000078600,
  Domains1799000078700,
  Continuity1799000079000,
  DeliveryQueues1799000080000,
  CosignedCheckpoints1799000081000,
  ScimExternalIds1799000082000,
];
