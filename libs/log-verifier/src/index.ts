export { notWitnessed, type Unwitnessed } from './cosigned-leaves.js';
export type { ReplayFaultCode, Warning, WarningCode } from './faults.js';
export type { InterruptedReplay } from './interrupted-replay.js';
export { type DeploymentPoint, requireDeploymentPoints } from './named-points.js';
export type { VerifierPorts } from './ports.js';
export type {
  FollowedLog,
  ReplayOptions,
  ReplayReport,
  ReplaySnapshot,
  VerifiedState,
} from './replay-report.js';
export { replaySealedLog, type SealedReplayOptions, type SealedReplayReport } from './replay-sealed-log.js';
export { replayTenantLog } from './replay-tenant-log.js';
export { StatementCheck, type StatementFound } from './statement-check.js';
export { verifyOpenings } from './verify-openings.js';
export type { Cosignature, Witnessed } from './witnesses.js';
