import type { Terms } from '@countersign/contract';
import type { Lock } from '../domain/lock.js';
import type { AccessPolicy, ServiceRecord, TenantRecord } from '../domain/organisation.js';
import type { Person } from '../domain/person.js';
import type { ReviewNeeds } from '../domain/review.js';
import type { TrustStatus } from '../domain/trust/trust-status.js';
import type { EffectiveControls } from './effective-controls.js';
import type { EffectivePolicy } from './effective-policy.js';
import type { InvitationMatch } from './invitation-match.js';
import type { Stage } from './requested-access.js';

/** Everything that the rules may read. Loaded in the same transaction as the change that it allows. */
export interface PolicyContext {
  stage: Stage;
  now: Date;
  requester: Person;
  policy: AccessPolicy;
  /** Null if the tenant is unknown or removed; likewise the service. */
  tenant: TenantRecord | null;
  service: ServiceRecord | null;
  /**
   * How many persons could review; the requester is not counted. `approvers`: the groups of each of the customer's; absent:
   * enough of each group.
   */
  reviewers: { vendor: number; customer: number; approvers?: readonly (readonly string[])[] };
  /** How many other open requests this requester has in the tenant. */
  openRequests: number;
  /** Locks in force that block this access. */
  locks: Lock[];
  trust: TrustStatus;
  /** The invitation that the request or its stored terms are based on. */
  invitationMatch: InvitationMatch;
  /** The groups of the invitation's author; absent: none. */
  inviterGroups?: readonly string[];
  /** Null if no terms could be made because the tenant or service is unknown. */
  terms: Terms | null;
}

/** What a rule reads: the context, with the parts of the access policy and of the controls that apply to this request. */
export type RuleContext = Omit<PolicyContext, 'policy'> & {
  policy: EffectivePolicy;
  /** Null if the tenant is unknown. */
  controls: EffectiveControls | null;
  risk: ReviewNeeds['risk'] | null;
};
