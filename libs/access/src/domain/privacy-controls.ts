import type { Budget, Channel, ControlMode, ForbidRule, RiskLevel, Weekday } from '@countersign/contract';
import type { RequesterRequirement } from './person-facts.js';
import type { Place } from './places.js';
import type { SupervisionRule } from './supervision.js';

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
  /** Reason codes. A request without one fits no rule that names some. */
  reasons?: string[];
  /** At least so many approvals. */
  approvals?: number;
  /** In this order. */
  stages?: ApprovalStage[];
  /** Whole seconds. */
  maxDuration?: number;
  /**
   * `observe`: these services need no approval of the customer's, unless the risk is high or another rule requires one.
   * `each-access`: each approval is for one call. Absent: each approval is for one case.
   */
  mode?: ControlMode;
  /** A request must state one of these reason codes. */
  reasonCodes?: string[];
  /** A request must name a ticket of one of these patterns (see `matchesTicket`). `text`: the tenant's words for who does not. */
  ticket?: { patterns: string[]; text?: string };
  /** A request's justification must have so many letters and digits. */
  justification?: { least: number; text?: string };
  /** Only engineers of these places and employers are granted access. */
  requesters?: RequesterRequirement;
  /** Access begins, and tokens are minted, in one of these only. */
  hours?: LocalHours[];
  /** Days on which no access begins and no token is minted: `YYYY-MM-DD`. */
  quietDays?: string[];
  /** Likewise from one instant to another, the second excluded. */
  blackouts?: { from: string; to: string }[];
  /** Only these may be used to approve, of those that the risk allows. */
  channels?: Channel[];
  /** The largest budget. A request without a budget is larger. */
  maxBudget?: Budget;
  /** What a request gets that asks for no budget. */
  defaultBudget?: Budget;
}

/** Wall clock in the zone of the controls: `HH:MM`, `from` included, `to` excluded; `24:00` is the end of the day. */
export interface LocalHours {
  days: Weekday[];
  from: string;
  to: string;
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
  /** Calls are accepted only if a gateway forwards them itself, and not if a proxy or service asks a gateway. Absent: all modes. */
  requireGateway?: true;
  /** No grant shows the fields that routes mask. Absent: a grant may show them, if its approved terms say so. */
  keepMasked?: true;
  /** Absent: no emergency access at all. */
  emergency?: EmergencyControls;
  /** The zone of all days and times of day: an IANA name. Absent: UTC. */
  zone?: string;
  /** All rules that match a request apply together. */
  rules?: ControlRule[];
  deputies?: Deputy[];
  /** Groups whose members may approve and are not notified that a request waits. */
  unnotified?: string[];
  /** What is watched while access is open. Each rule counts by itself. */
  supervision?: SupervisionRule[];
  /** Absent: each quarter once the tenant is claimed. */
  practice?: PracticeControls;
  /** Networks by country, for rules of supervision. Absent: only the vendor's list applies. */
  places?: Place[];
  /** What a change that widens these controls waits for. Absent: nothing. */
  widening?: WideningControls;
}

/** Whether the approvers practise each quarter, and when a practice may begin. */
export interface PracticeControls {
  quarterly: boolean;
  /** In the zone of the controls. Absent: from Monday to Friday, 9 to 17. */
  hours?: LocalHours[];
}

/** A change that widens the controls takes effect only then. A narrowing is immediate. */
export interface WideningControls {
  /** Whole seconds after it was proposed; 0: no delay. */
  delay: number;
  /** An admin who did not propose it has to confirm it. */
  secondAdmin: boolean;
}
