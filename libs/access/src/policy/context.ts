import type { Terms } from '@countersign/contract';
import type { Lock } from '../domain/lock.js';
import type { AccessPolicy, ServiceRecord, TenantRecord } from '../domain/organisation.js';
import type { Person } from '../domain/person.js';
import type { TrustStatus } from '../domain/trust/trust-status.js';
import type { InvitationMatch } from './invitation-match.js';

/** When the evaluator runs: at an invitation, at the ask (and its preview), at each review, a scheduled start, each mint. */
export type Stage = 'invite' | 'ask' | 'review' | 'activation' | 'mint';

/** Everything that the rules may look at; loaded in the same transaction as the change that it allows. */
export interface PolicyContext {
  stage: Stage;
  now: Date;
  requester: Person;
  policy: AccessPolicy;
  /** Null where the tenant is unknown or removed; likewise the service. */
  tenant: TenantRecord | null;
  service: ServiceRecord | null;
  /** Persons who could review: the requester is not among them. */
  reviewers: { vendor: number; customer: number };
  /** This requester's other open requests for the tenant. */
  openRequests: number;
  /** In force and binding this ask. */
  locks: Lock[];
  /** What the tenant's people have signed of themselves. */
  trust: TrustStatus;
  /** What the ask, or the stored terms, lean on. */
  invitationMatch: InvitationMatch;
  /** Null where no terms could be built (unknown tenant or service). */
  terms: Terms | null;
}
