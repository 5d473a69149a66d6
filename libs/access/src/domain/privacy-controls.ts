import type { ForbidRule } from '@countersign/contract';
import type { RiskLevel } from './review.js';

/**
 * One step of an ordered approval, such as “owner, then data protection officer”. Approvers in one of its groups decide, and
 * only once every earlier stage is complete.
 */
export interface ApprovalStage {
  /** What people call it, unique in a list. Two rules that name the same stage require the greater number of approvals. */
  name: string;
  /** Groups of the tenant's approvers; empty: every approver. */
  groups: string[];
  /** How many different persons must approve. */
  approvals: number;
  /** If the stage is incomplete so long after it began, approvers in these groups may decide too. Whole seconds. */
  escalate?: { after: number; to: string[] };
}

/** A request passes at most this many stages that the controls name. */
export const MAX_STAGES = 3;

/** The stage of approvals that the controls require beyond those of their stages. Every approver may give them. */
export const EXTRA_STAGE = 'approvers';

/**
 * Tightens the controls for some requests. Absent conditions match all. A rule matches if it covers the service, the risk
 * and at least one requested action on an overlapping resource.
 */
export interface ControlRule {
  services?: string[];
  /** Resource patterns. */
  resources?: string[];
  actions?: string[];
  risks?: RiskLevel[];
  /** At least so many approvals. */
  approvals?: number;
  /** In this order. */
  stages?: ApprovalStage[];
  /** Whole seconds. */
  maxDuration?: number;
}

/** From one day to another, both included, the members of `by` may decide for the group `for`. */
export interface Deputy {
  for: string;
  by: string;
  /** `YYYY-MM-DD`, in the zone of the controls. */
  from: string;
  to: string;
}

/** Access in an emergency, without the customer's approval: what may be requested, and when it has to be explained. */
export interface EmergencyControls {
  /** What is not listed is forbidden. `maxDuration` in whole seconds. */
  allow: { services: string[]; actions: string[]; maxDuration: number }[];
  /** The vendor explains each emergency within so many seconds of its start. */
  disclosureDue: number;
}

/**
 * A tenant's policy. `maxDuration` in whole seconds; null: the vendor's limit applies. What is absent requires nothing, so
 * older leaves of the log read as they were written.
 */
export interface PrivacyControls {
  approvals: number;
  maxDuration: number | null;
  countersign: string[];
  slackMayApprove: string[];
  forbid: ForbidRule[];
  /** Absent: no emergency access at all. */
  emergency?: EmergencyControls;
  /** The zone of all days and times of day: an IANA name. Absent: UTC. */
  zone?: string;
  /** All rules that match a request apply together. */
  rules?: ControlRule[];
  deputies?: Deputy[];
  /** Groups whose members may approve and are not notified that a request waits. */
  unnotified?: string[];
}
