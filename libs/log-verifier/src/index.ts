export type { ReplayFaultCode, Warning, WarningCode } from './faults.js';
export { type DeploymentPoint, requireDeploymentPoints } from './named-points.js';
export type { VerifierPorts } from './ports.js';
export {
  type FollowedLog,
  type ReplayOptions,
  type ReplayReport,
  type ReplaySnapshot,
  replayTenantLog,
  type VerifiedState,
} from './replay-tenant-log.js';
export type { Cosignature, Witnessed } from './witnesses.js';
